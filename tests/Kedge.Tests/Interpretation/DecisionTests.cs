using Kedge.FewShot;
using Kedge.Interpretation;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Interpretation;

public sealed class DecisionTests : IDisposable
{
    private const double LogitTolerance = 1e-4; // sums in single precision in another order, on logits up to 20
    private const double SumTolerance = 1e-9; // sums in double precision in another order

    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 4, shots: 3);

    public static TheoryData<string> Methods => ["rtos", "rtos-names", "tip-adapter", "tip-adapter-f"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Methods))]
    public void Parts_add_up_to_the_logits_of_the_classifier(string method)
    {
        using var classifier = Fit(method);
        using var scope = NewDisposeScope();
        var logits = classifier.Logits(_synthetic.Queries);
        var probabilities = nn.functional.softmax(logits, 1);
        var decisions = Decision.Explain(classifier, _synthetic.Queries, classes: 9);
        Assert.Equal(_synthetic.QueryLabels.Length, decisions.Count);
        foreach (var (decision, image) in decisions.Select((decision, image) => (decision, image)))
        {
            Assert.Equal(4, decision.Classes.Count);
            Assert.Equal(decision.Classes.OrderByDescending(score => score.Logit), decision.Classes);
            foreach (var score in decision.Classes)
            {
                var c = classifier.ClassNames.ToList().IndexOf(score.ClassName);
                Assert.Equal(logits[image, c].item<float>(), score.Logit, LogitTolerance);
                Assert.Equal(probabilities[image, c].item<float>(), score.Probability, LogitTolerance);
                Assert.Equal(score.Logit, score.ZeroShot + score.Anchors.Sum() + score.Support.Sum() + score.Bias, SumTolerance);
                Assert.Equal(classifier.Anchors?.Names.Count ?? 0, score.Anchors.Count);
            }
        }
    }

    [Theory, MemberData(nameof(Methods))]
    public void A_comparison_adds_up_whatever_is_listed_singly_and_however_it_is_rounded(string method)
    {
        using var classifier = Fit(method);
        foreach (var decision in Decision.Explain(classifier, _synthetic.Queries).Take(5))
        {
            for (var top = 1; top <= 9; top += 4)
            {
                var comparison = decision.Compare(top);
                Assert.Equal(decision.Classes[0].Logit, comparison.FirstLogit, SumTolerance);
                Assert.Equal(decision.Classes[1].Logit, comparison.SecondLogit, SumTolerance);
                foreach (var decimals in (int[])[0, 2, 3])
                {
                    var rounded = comparison.Rounded(decimals);
                    Assert.Equal(Math.Round(comparison.FirstLogit, decimals),
                        Shown(rounded.Contributions.Select(part => part.First), decimals), SumTolerance);
                    Assert.Equal(Math.Round(comparison.SecondLogit, decimals),
                        Shown(rounded.Contributions.Select(part => part.Second), decimals), SumTolerance);
                }
            }
        }
    }

    [Fact]
    public void What_makes_most_of_a_difference_comes_first_and_the_rest_is_one_line()
    {
        using var classifier = Fit("rtos");
        var comparison = Decision.Explain(classifier, _synthetic.Queries)[0].Compare(top: 2);
        Assert.Equal(ContributionSource.ClassNames, comparison.Contributions[0].Source);
        var anchors = comparison.Contributions.Skip(1).ToList();
        Assert.All(anchors, part => Assert.Equal(ContributionSource.Anchor, part.Source));
        Assert.Equal([1, 1, classifier.Anchors!.Names.Count - 2], anchors.Select(part => part.Count));
        Assert.Null(anchors[^1].Index);
        var differences = anchors.SkipLast(1).Select(part => Math.Abs(part.Difference)).ToList();
        Assert.Equal(differences.OrderDescending(), differences);
    }

    [Theory]
    [InlineData("tip-adapter")]
    [InlineData("tip-adapter-f")] // whose keys are not unit
    public void Support_images_are_sorted_by_their_cosine(string method)
    {
        using var classifier = Fit(method);
        using var scope = NewDisposeScope();
        var cosines = nn.functional.normalize(classifier.Support!.Features, dim: 1).matmul(_synthetic.Queries[0]);
        var nearest = Decision.Explain(classifier, _synthetic.Queries)[0].Nearest;
        Assert.Equal(12, nearest.Count);
        Assert.Equal(nearest.OrderByDescending(near => near.Cosine), nearest);
        foreach (var near in nearest)
        {
            Assert.Equal(cosines[near.Index].item<float>(), near.Cosine, LogitTolerance);
            Assert.Equal($"class {classifier.Support.Labels[near.Index].item<long>()}", near.ClassName);
            Assert.Null(near.Name); // the task named none
        }
    }

    [Fact]
    public void A_method_without_parts_is_refused()
    {
        using var classifier = Fit("nearest-class-mean");
        Assert.StartsWith("Explaining found a classifier of nearest-class-mean, whose logits have no parts by anchor or by support image: ",
            Assert.Throws<KedgeException>(() => Decision.Explain(classifier, _synthetic.Queries)).Message);
    }

    [Fact]
    public void No_tensor_stays()
    {
        using var classifier = Fit("rtos");
        Decision.Explain(classifier, _synthetic.Queries);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Decision.Explain(classifier, _synthetic.Queries);
        new AnchorDescriber(classifier, _synthetic.Tower).Describe(cancellation: Stop);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => _synthetic.Dispose();

    private static double Shown(IEnumerable<double> numbers, int decimals) =>
        (double)numbers.Sum(number => Math.Round((decimal)number, decimals));

    private FewShotClassifier Fit(string method) => MethodCatalog.Default.Create(method).Fit(_synthetic.Task, cancellation: Stop);
}
