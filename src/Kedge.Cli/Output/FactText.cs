namespace Kedge.Cli.Output;

/// <summary>Names and values for people.</summary>
internal static class FactText
{
    /// <summary>A name and a value a line, values below one another.</summary>
    public static void WriteFacts(this TextWriter output, params (string Name, object? Value)[] facts)
    {
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts)
            output.WriteLine($"{name.PadRight(width)}  {value}");
    }
}
