namespace Kedge.Cli.Output;

/// <summary>Writes name–value pairs.</summary>
internal static class FactText
{
    /// <summary>A name and a value a line, in two columns.</summary>
    public static void WriteFacts(this TextWriter output, params (string Name, object? Value)[] facts)
    {
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts)
            output.WriteLine($"{name.PadRight(width)}  {value}");
    }
}
