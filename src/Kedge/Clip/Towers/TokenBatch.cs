using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// Token ids of several texts in one tensor, padded with zeros to the longest; what stands after an
/// end of text never matters.
/// </summary>
/// <param name="Ids">[B, L], I64.</param>
/// <param name="Ends">[B], I64: the position of the end of text in each row.</param>
internal readonly record struct TokenBatch(Tensor Ids, Tensor Ends)
{
    public static TokenBatch From(IReadOnlyList<int[]> texts, Device device)
    {
        var length = texts.Max(ids => ids.Length);
        var rows = new long[texts.Count, length];
        for (var row = 0; row < texts.Count; row++)
        {
            for (var i = 0; i < texts[row].Length; i++)
                rows[row, i] = texts[row][i];
        }
        return new(tensor(rows, device: device), tensor(texts.Select(ids => ids.Length - 1L).ToArray(), device: device));
    }
}
