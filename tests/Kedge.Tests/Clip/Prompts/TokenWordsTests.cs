using Kedge.Clip;
using Kedge.Clip.Prompts;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Prompts;

public class TokenWordsTests
{
    private const double Tolerance = 1e-5; // a cosine in single precision

    [Fact]
    public void The_embedding_of_a_word_is_nearest_to_that_word()
    {
        using var model = ClipModel.Load(EmbeddedModels.Mini);
        using var scope = NewDisposeScope();
        string[] words = ["fox", "tree", "éclair", "42"]; // of the last two the first token is no word
        var nearest = model.NearestWords(model.StartRows(words, rows: 1).squeeze(1) * 3, top: 4); // the length does not matter
        Assert.Equal(["fox", "tree"], nearest.Take(2).Select(near => near[0].Text));
        Assert.All(nearest.Take(2), near => Assert.Equal(1, near[0].Cosine, Tolerance));
        Assert.All(nearest.Skip(2), near => Assert.InRange(near[0].Cosine, -1, 1 - Tolerance));
        Assert.All(nearest, near => Assert.Equal(4, near.Count));
        Assert.All(nearest, near => Assert.Equal(near.OrderByDescending(word => word.Cosine), near));
        Assert.All(nearest.SelectMany(near => near), near => Assert.Matches(@"^\p{L}{2,}$", near.Text));
    }
}
