using System.Collections.Concurrent;
using Kedge.Clip.Prompts;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Texts of all classes with picked prompts: encoded when they are first asked for, and kept up to 256 MB in all; those
/// beyond that are encoded again. Owns its tensors and the encoder.
/// </summary>
/// <param name="prompts">The encoder of the class names with picked prompts; owned.</param>
/// <param name="classes">C.</param>
/// <param name="width">D.</param>
internal sealed class PickedTexts(IPromptEncoder prompts, int classes, int width) : IDisposable
{
    private const int MaxTexts = 1024; // at a time, unless there are more classes
    private const long MaxBytes = 256L << 20;

    private readonly ConcurrentDictionary<string, Tensor> _kept = [];
    private readonly int _most = (int)Math.Min(int.MaxValue, MaxBytes / ((long)classes * width * sizeof(float)));

    /// <summary>How many picks there are the texts of.</summary>
    internal int Kept => _kept.Count;

    /// <summary>w [C, D] of each group, in the current dispose scope or kept.</summary>
    internal IReadOnlyList<Tensor> Of(IReadOnlyList<PickGroup> groups, PromptBank bank)
    {
        var found = groups.ToDictionary(group => group.Key, group => _kept.GetValueOrDefault(group.Key));
        foreach (var some in groups.Where(group => found[group.Key] is null).Chunk(Math.Max(1, MaxTexts / classes)))
        {
            using var scope = NewDisposeScope();
            var encoded = prompts.Encode(bank.Rows(PickGroup.Picked(some, bank.Keys.device))); // [G, C, D]
            foreach (var (g, group) in some.Index())
                found[group.Key] = Keep(group.Key, encoded[g].clone());
        }
        return [.. groups.Select(group => found[group.Key]!)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var texts in _kept.Values)
            texts.Dispose();
        prompts.Dispose();
    }

    private Tensor Keep(string picks, Tensor texts)
    {
        if (_kept.Count >= _most || !_kept.TryAdd(picks, texts))
            return texts.MoveToOuterDisposeScope();
        return texts.DetachFromDisposeScope();
    }
}
