using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Tests.Methods;

/// <summary>α, β and γ of caches, chosen on support images that are left out of them.</summary>
public class LeftOutKeysTests
{
    private const double Tolerance = 1e-4; // of sums of a few affinities in single precision

    [Fact]
    public void A_left_out_image_is_no_key_and_its_class_counts_as_whole()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        var keys = synthetic.Task.Support.MeanOverViews();
        var affinity = TipAdapter.Affinity(keys, keys, 2);
        var rows = KeyValueCache.RowsToLeaveOut(synthetic.Task);
        var labels = synthetic.Labels.index_select(0, rows);
        var shots = tensor([3f, 1, 4]);
        var cache = KeyValueCache.ByClass(affinity.index_select(0, rows), synthetic.Labels, 3);
        var left = KeyValueCache.LeaveOneOut(cache, ones(7), labels, shots);
        Assert.Equal([0, 1, 2, 4, 5, 6, 7], rows.data<long>()); // the one of class 1 cannot be left out
        foreach (var (place, row) in rows.data<long>().Index())
        {
            var rest = tensor(Enumerable.Range(0, 8).Where(n => n != row).Select(n => (long)n).ToArray());
            var others = affinity[row].index_select(0, rest).unsqueeze(0);
            var sums = KeyValueCache.ByClass(others, synthetic.Labels.index_select(0, rest), 3)[0];
            var own = (int)synthetic.Labels[row].item<long>();
            var whole = own == 0 ? 3 / 2.0 : 4 / 3.0;
            for (var c = 0; c < 3; c++)
                Assert.Equal(sums[c].item<float>() * (c == own ? whole : 1), left[place, c].item<float>(), Tolerance);
        }
    }

    [Theory, InlineData("tip-adapter"), InlineData("ape")]
    public void What_is_chosen_is_kept_and_said(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        using var classifier = MethodCatalog.Default.Create(name).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.Equal(Fitted.SupportSet, classifier.State.Selection);
        Assert.InRange(classifier.State.Details.GetProperty("alpha").GetDouble(), 0, 1000);
        Assert.Contains(classifier.State.Details.GetProperty("beta").GetDouble(), new[] { 1, 2, 3.5, 4, 5.5, 7, 8, 11 });
    }

    [Fact]
    public void A_cache_that_misleads_falls_back_to_zero_shot()
    {
        using var scope = NewDisposeScope();
        var labels = arange(120) % 3;
        var right = F.one_hot(labels, 3).to(ScalarType.Float32);
        Assert.Equal(0, KeyValueCache.ChooseAlpha(zeroShot: right * 2, cache: -right * 2, labels).Alpha);
        Assert.InRange(KeyValueCache.ChooseAlpha(zeroShot: right * 2, cache: right, labels).Alpha, 0.5, 1000);
    }
}
