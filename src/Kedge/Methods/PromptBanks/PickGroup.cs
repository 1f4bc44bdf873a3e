using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Images that picked the same prompts in the same order, whose class texts are therefore the same.</summary>
/// <param name="Picks">J, S indices of prompts.</param>
/// <param name="Images">The rows of the images.</param>
internal sealed record PickGroup(long[] Picks, long[] Images)
{
    /// <summary>The picks as a key of look-ups.</summary>
    internal string Key => string.Join(' ', Picks);

    /// <summary>The groups of a batch, by the first image of each.</summary>
    /// <param name="picks">J [B, S] int64.</param>
    internal static IReadOnlyList<PickGroup> Of(Tensor picks)
    {
        using var host = picks.cpu();
        return [.. host.data<long>().Chunk((int)picks.shape[1]).Index()
            .GroupBy(image => string.Join(' ', image.Item))
            .Select(same => new PickGroup(same.First().Item, [.. same.Select(image => (long)image.Index)]))];
    }

    /// <summary>One group of a batch that picks nothing.</summary>
    internal static IReadOnlyList<PickGroup> WithoutPicks(long images) =>
        [new([], [.. Enumerable.Range(0, (int)images).Select(i => (long)i)])];

    /// <summary>The picks of groups: [G, S] int64.</summary>
    internal static Tensor Picked(IReadOnlyList<PickGroup> groups, Device device) =>
        tensor(groups.SelectMany(group => group.Picks).ToArray(), device: device).view(groups.Count, groups[0].Picks.Length);
}
