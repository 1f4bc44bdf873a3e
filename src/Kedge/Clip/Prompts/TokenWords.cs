using Kedge.Features;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>Names token embeddings by the words of the vocabulary.</summary>
internal static class TokenWords
{
    /// <summary>The words whose embeddings are nearest, by cosine; only tokens that are a whole word count.</summary>
    /// <param name="tokens">[n, W] embeddings, learned ones say.</param>
    /// <param name="table">[V, W], the embeddings of the vocabulary.</param>
    /// <param name="tokenizer">Whose vocabulary it is.</param>
    /// <param name="top">How many words a token, at least 1.</param>
    internal static IReadOnlyList<IReadOnlyList<Neighbour>> Nearest(Tensor tokens, Tensor table, ClipTokenizer tokenizer, int top)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var words = tokenizer.WholeWords.Where(word => word.Id < table.shape[0]).ToArray();
        var rows = table.index_select(0, tensor(words.Select(word => (long)word.Id).ToArray(), device: table.device)); // [words, W]
        return [.. CosineSearch.Nearest(tokens.to(ScalarType.Float32).to(table.device), rows, top)
            .Select(near => near.Select(found => new Neighbour(words[found.Row].Word, found.Cosine)).ToArray())];
    }
}
