using Kedge.FewShot;
using Kedge.Tests.Support;
using Quickstart;

namespace Kedge.Tests.Samples;

/// <summary>The method that the documentation shows to authors is a good one.</summary>
public sealed class NamesAndMeansTests : IDisposable
{
    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 4, shots: 8);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Alpha_zero_equals_zero_shot() => Assert.Equal(Logits(new ZeroShot()), Logits(new NamesAndMeans(new() { Alpha = 0 })));

    [Fact]
    public void Alpha_is_chosen_on_held_out_shots_and_helps()
    {
        using var zeroShot = new ZeroShot().Fit(_synthetic.Task, cancellation: Stop);
        using var classifier = new NamesAndMeans(new()).Fit(_synthetic.Task, cancellation: Stop);
        Assert.Equal("support set", classifier.State.Selection);
        Assert.True(_synthetic.Accuracy(classifier) > _synthetic.Accuracy(zeroShot));
    }

    [Fact]
    public void An_alpha_out_of_range_is_refused() => Assert.Equal("The option alpha is -1: it must be from 0 to 1000.",
        Assert.Throws<KedgeException>(() => new NamesAndMeans(new() { Alpha = -1 })).Message);

    public void Dispose() => _synthetic.Dispose();

    private float[] Logits(FewShotMethod method)
    {
        using var classifier = method.Fit(_synthetic.Task, cancellation: Stop);
        using var logits = classifier.Logits(_synthetic.Queries);
        return logits.data<float>().ToArray();
    }
}
