using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>
/// Prompts without what they begin with, in groups whose fixed tokens and learned rows stand at the same positions, so
/// that no position is padding. Owns its tensors.
/// </summary>
internal sealed class PromptGroups : IDisposable
{
    private readonly Group[] _groups;
    private readonly Tensor? _places; // [P], where a prompt is among the groups; null where they are in order

    /// <param name="prompts">P prompts.</param>
    /// <param name="begin">How many positions of each are left away.</param>
    /// <param name="table">Token embeddings.</param>
    public PromptGroups(IReadOnlyList<PromptSlot[]> prompts, int begin, Embedding table)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _groups = [.. prompts.Select((slots, index) => (Index: (long)index, Runs: Runs(slots[begin..])))
            .GroupBy(prompt => string.Join(' ', prompt.Runs.Select(Form)))
            .OrderBy(same => same.First().Runs.Sum(run => run.Length)).Select(same => Make([.. same], table))];
        _places = _groups.Length == 1 ? null : cat([.. _groups.Select(group => group.Prompts)]).argsort();
        scope.Detach(Tensors);
    }

    /// <summary>Each prompt by what it consists of.</summary>
    /// <param name="rows">[n, 1 or P, M, W].</param>
    /// <param name="encode">[n · k, L, W], k prompts with each of n banks, to [n · k, D].</param>
    /// <returns>[n, P, D].</returns>
    public Tensor Encode(Tensor rows, Func<Tensor, Tensor> encode)
    {
        var features = cat([.. _groups.Select(Features)], 1);
        return _places is null ? features : features.index_select(1, _places);

        Tensor Features(Group group)
        {
            var (n, k) = (rows.shape[0], group.Prompts.shape[0]);
            var parts = group.Parts.Select(part => (part.Fixed ?? Learned(part)).expand(n, k, -1, -1));
            return encode(cat([.. parts], 2).flatten(0, 1)).view(n, k, -1); // of [n · k, L, W]

            Tensor Learned(Part part)
            {
                var some = rows.narrow(2, part.FirstRow, part.Rows);
                return rows.shape[1] == 1 ? some : some.index_select(1, group.Prompts);
            }
        }
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    private Tensor[] Tensors =>
        [.. _groups.SelectMany(group => group.Parts.Select(part => part.Fixed).Prepend(group.Prompts)).Append(_places).OfType<Tensor>()];

    private static Group Make((long Index, IReadOnlyList<PromptSlot[]> Runs)[] prompts, Embedding table)
    {
        var parts = prompts[0].Runs.Select((run, place) => run[0].Learned
            ? new Part(null, run[0].Index, run.Length)
            : new Part(stack(prompts.Select(prompt => table.Of([.. prompt.Runs[place].Select(slot => slot.Index)]))), 0, 0));
        return new(tensor(prompts.Select(prompt => prompt.Index).ToArray(), device: table.weight.device), [.. parts]);
    }

    private static string Form(PromptSlot[] run) => run[0].Learned ? $"rows {run[0].Index} {run.Length}" : $"tokens {run.Length}";

    // tokens one after the other, or rows one after the other
    private static List<PromptSlot[]> Runs(PromptSlot[] slots)
    {
        var runs = new List<PromptSlot[]>();
        for (int start = 0, end = 1; start < slots.Length; start = end++)
        {
            while (end < slots.Length && Follows(slots[end], slots[end - 1]))
                end++;
            runs.Add(slots[start..end]);
        }
        return runs;
    }

    private static bool Follows(PromptSlot slot, PromptSlot before) =>
        slot.Learned == before.Learned && (!slot.Learned || slot.Index == before.Index + 1);

    /// <summary>Prompts of one form.</summary>
    /// <param name="Prompts">[k] int64.</param>
    /// <param name="Parts">Left to right.</param>
    private sealed record Group(Tensor Prompts, Part[] Parts);

    /// <summary>A stretch of all prompts of a group.</summary>
    /// <param name="Fixed">[k, L, W]; <see langword="null"/> for learned rows.</param>
    /// <param name="FirstRow">The first learned row.</param>
    /// <param name="Rows">How many.</param>
    private sealed record Part(Tensor? Fixed, int FirstRow, int Rows);
}
