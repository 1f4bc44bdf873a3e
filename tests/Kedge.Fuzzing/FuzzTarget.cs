namespace Kedge.Fuzzing;

/// <summary>A parser of user input, and the files that damaged ones are made of.</summary>
/// <param name="Name">Its name in commands and tables.</param>
/// <param name="Format">How its files can be damaged.</param>
/// <param name="Corpus">Makes at least one sound file; the same bytes every time.</param>
/// <param name="Read">
/// Reads one input, sound or damaged, as a user's program would: it returns, or throws a <see cref="KedgeException"/>.
/// </param>
internal sealed record FuzzTarget(string Name, Format Format, Func<IReadOnlyList<byte[]>> Corpus, Action<FuzzInput> Read)
{
    /// <summary>Writes what must lie beside an input into the scratch folder, once.</summary>
    public Action<FuzzInput>? Prepare { get; init; }

    /// <summary>Its part of all inputs, relative to the others'; smaller for slow parsers.</summary>
    public int Share { get; init; } = 10;

    /// <summary>Why it cannot run here; <see langword="null"/> where it can.</summary>
    public string? Absent { get; init; }
}
