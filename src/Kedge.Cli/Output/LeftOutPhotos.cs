namespace Kedge.Cli.Output;

/// <summary>
/// Photos that cannot be read and are left out, told once a run: how many, and the first ones with their reasons.
/// </summary>
internal sealed class LeftOutPhotos(TextWriter notes)
{
    private const int Shown = 20;

    private readonly List<string> _reasons = [];

    /// <summary>Adds a photo.</summary>
    /// <param name="reason">One sentence that names it.</param>
    public void Add(string reason) => _reasons.Add(reason);

    /// <summary>Tells of the photos added since the last time.</summary>
    public void Write()
    {
        if (_reasons.Count == 0)
            return;
        notes.WriteLine(_reasons.Count == 1
            ? "Note: 1 photo cannot be read and is left out:"
            : $"Note: {_reasons.Count:N0} photos cannot be read and are left out:");
        foreach (var reason in _reasons.Take(Shown))
            notes.WriteLine($"  {Failure.OneLine(reason)}");
        if (_reasons.Count > Shown)
            notes.WriteLine($"  and {_reasons.Count - Shown:N0} more.");
        _reasons.Clear();
    }

    /// <summary>", 2 left out, as they cannot be read": the end of a result's line; empty for none.</summary>
    public static string Describe(int count) => count switch
    {
        0 => "",
        1 => ", 1 left out, as it cannot be read",
        _ => $", {count:N0} left out, as they cannot be read",
    };
}
