using Kedge.Clip;
using Kedge.Data.Scenes;
using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Clip;

public sealed class GuidedMaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ClipModel _clip = ClipModel.Load(EmbeddedModels.Scenes);

    [Fact]
    public void The_mask_raises_the_relevance_of_the_words_and_the_cosine()
    {
        var (photo, text) = Scene();
        var guidance = GuidedMask.Optimise(_clip, photo, text, steps: 20, TestContext.Current.CancellationToken);
        Assert.Equal((8, 64), (guidance.Rows, guidance.Visible.Count));
        Assert.All(guidance.Visible, visible => Assert.InRange(visible, 0, 1));
        Assert.True(guidance.Visible.Min() < 0.8 && guidance.Visible.Max() > 0.9);
        double Score(double cosine, IEnumerable<double> words) => cosine + (0.1 * words.Average());
        Assert.True(Score(guidance.After.Cosine, guidance.Words.Select(word => word.After))
            > Score(guidance.Before.Cosine, guidance.Words.Select(word => word.Before)));
    }

    [Fact]
    public void A_text_without_words_that_show_is_refused() =>
        Assert.Equal("Guiding the model by 'of the' found no word that shows in a picture: give a text with one.",
            Assert.Throws<KedgeException>(() => GuidedMask.Optimise(
                _clip, Scene().Photo, "of the", cancellation: TestContext.Current.CancellationToken)).Message);

    public void Dispose()
    {
        _clip.Dispose();
        _folder.Dispose();
    }

    private (ImageFile Photo, string Text) Scene()
    {
        var scene = new SceneGenerator(seed: 5).Draw(0);
        File.WriteAllBytes(_folder["scene.png"], ImageEncoder.Png(scene.Image));
        return (ImageFile.OnDisk(_folder["scene.png"]), scene.Captions[^1]);
    }
}
