namespace Kedge.Cli.Output;

/// <summary>
/// Photos that something is to be told of, once a run: how many, and the first ones with a sentence each.
/// </summary>
/// <param name="notes">Receives the notes.</param>
/// <param name="one">What is told of one photo: "cannot be read and is left out".</param>
/// <param name="several">The same of several.</param>
internal sealed class PhotoNotes(TextWriter notes, string one, string several)
{
    private const int Shown = 20;

    private readonly OrderedDictionary<string, bool> _sentences = []; // each once

    /// <summary>Adds a photo.</summary>
    /// <param name="sentence">One sentence that names it.</param>
    public void Add(string sentence) => _sentences.TryAdd(sentence, true);

    /// <summary>Tells of the photos added since the last time.</summary>
    public void Write()
    {
        if (_sentences.Count == 0)
            return;
        notes.WriteLine(_sentences.Count == 1 ? $"Note: 1 photo {one}:" : $"Note: {_sentences.Count:N0} photos {several}:");
        foreach (var sentence in _sentences.Keys.Take(Shown))
            notes.WriteLine($"  {Failure.OneLine(sentence)}");
        if (_sentences.Count > Shown)
            notes.WriteLine($"  and {_sentences.Count - Shown:N0} more.");
        _sentences.Clear();
    }
}
