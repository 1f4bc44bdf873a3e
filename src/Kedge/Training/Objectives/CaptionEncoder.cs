using Kedge.Clip.Towers;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// Text features of many captions of different lengths, with gradients. Captions are bucketed by length, to
/// minimise padding, and each distinct token is looked up once, since the gradient of an embedding look-up
/// is as large as the table.
/// </summary>
internal static class CaptionEncoder
{
    private const int BucketSize = 50;

    /// <summary>
    /// Features [B, D] of B captions, not normalised; captions longer than the context are truncated.
    /// </summary>
    public static Tensor Encode(ClipNetwork network, IReadOnlyList<string> captions, Device device)
    {
        var context = network.Configuration.Text.ContextLength;
        var ids = captions.Select(caption => ClipTokenizer.Default.Encode(caption, context, truncate: true)).ToArray();
        int[] distinct = [.. ids.SelectMany(text => text).Distinct()];
        var rowOf = distinct.Index().ToDictionary(token => token.Item, token => token.Index);
        var table = network.token_embedding.forward(tensor(distinct.Select(id => (long)id).ToArray(), device: device)); // [U, W]

        int[] order = [.. Enumerable.Range(0, ids.Length).OrderBy(i => ids[i].Length)]; // stable
        var parts = new List<Tensor>();
        foreach (var part in order.Chunk(BucketSize))
        {
            var texts = TokenBatch.From([.. part.Select(i => Array.ConvertAll(ids[i], id => rowOf[id]))], device);
            var embeddings = table.index_select(0, texts.Ids.flatten()).view(part.Length, -1, table.shape[1]); // [b, L, W]
            parts.Add(network.EncodeText(embeddings, texts.Ends));
        }
        var places = new long[order.Length];
        for (var place = 0; place < order.Length; place++)
            places[order[place]] = place;
        return cat(parts, 0).index_select(0, tensor(places, device: device));
    }
}
