using Kedge.Calibration;
using Kedge.Evaluation;
using Kedge.Methods;
using Kedge.Tests.Support;

namespace Kedge.Tests.Calibration;

public class ConformalPredictorTests
{
    /// <summary>
    /// Standard deviations of a count that a test may be off: passed by chance once in two million times.
    /// </summary>
    private const double Deviations = 5;

    [Theory]
    [InlineData(0.1, 9)]
    [InlineData(0.05, 19)]
    [InlineData(0.01, 99)]
    [InlineData(0.3, 3)]
    [InlineData(0.5, 1)]
    public void A_threshold_takes_so_many_images(double errorRate, int images)
    {
        Assert.Equal(images, new ConformalPredictor(errorRate).ImagesNeeded);
        double[] probabilities = [.. Enumerable.Range(1, images).Select(i => i / 200.0)];
        var rule = ConformalPredictor.Fit(errorRate, probabilities, probabilities);
        Assert.Equal((1 / 200.0, 1 / 200.0), (rule.SimilarityThreshold, rule.ProbabilityThreshold));
        Assert.True(rule.Rejects(0.9 / 200) && !rule.Rejects(1 / 200.0) && !rule.Contains(0.9 / 200) && rule.Contains(1 / 200.0));
        var few = ConformalPredictor.Fit(errorRate, probabilities[1..], probabilities[1..]);
        Assert.Equal((null, null), (few.SimilarityThreshold, few.ProbabilityThreshold));
        Assert.True(few.Contains(0) && !few.Rejects(0));
    }

    [Theory]
    [InlineData(0.1, 50)]
    [InlineData(0.25, 17)]
    [InlineData(0.05, 19)]
    public void Thresholds_are_the_order_statistics_of_the_definition(double errorRate, int images)
    {
        var random = new Random(1);
        double[] probabilities = [.. Enumerable.Range(0, images).Select(_ => random.NextDouble())];
        var rank = (int)Math.Ceiling((decimal)(images + 1) * (1 - (decimal)errorRate)); // decimals do not round
        double Expected(IEnumerable<double> given) => 1 - given.Select(p => 1 - p).Order().ElementAt(rank - 1);
        const double rounding = 1e-15; // 1 − (1 − p)
        double[] best = [.. probabilities.Select(Math.Sqrt)];
        var rule = ConformalPredictor.Fit(errorRate, best, probabilities);
        Assert.Equal(Expected(best), rule.SimilarityThreshold!.Value, rounding);
        Assert.Equal(Expected(probabilities), rule.ProbabilityThreshold!.Value, rounding);
    }

    [Theory]
    [InlineData(0.1, 25)]
    [InlineData(0.02, 60)]
    [InlineData(0.4, 9)]
    public void A_new_image_like_the_others_is_rejected_and_outside_its_set_as_often_as_asked_for(double errorRate, int images)
    {
        const int draws = 20_000;
        var random = new Random(2);
        var (outside, rejected) = (0, 0);
        for (var draw = 0; draw < draws; draw++)
        {
            var known = Enumerable.Range(0, images).Select(_ => Image()).ToArray();
            var rule = ConformalPredictor.Fit(errorRate, [.. known.Select(image => image.Best)], [.. known.Select(image => image.OfTrue)]);
            var (best, ofTrue) = Image();
            (outside, rejected) = (outside + (rule.Contains(ofTrue) ? 0 : 1), rejected + (rule.Rejects(best) ? 1 : 0));
        }
        // exact where no two probabilities are equal; at most the error rate
        var expected = Math.Floor((images + 1) * (decimal)errorRate) / (images + 1);
        var error = Deviations * Math.Sqrt((double)(expected * (1 - expected)) / draws); // of a binomial count
        Assert.Equal((double)expected, outside / (double)draws, error);
        Assert.Equal((double)expected, rejected / (double)draws, error);

        (double Best, double OfTrue) Image()
        {
            var best = Math.Pow(random.NextDouble(), 0.5);
            return (best, random.NextDouble() < 0.7 ? best : (1 - best) * random.NextDouble());
        }
    }

    [Fact]
    public void Over_folds_images_are_rejected_and_outside_their_sets_nearly_as_often_as_asked_for()
    {
        const double errorRate = 0.1;
        const int tasks = 30;
        var (outside, rejected) = (new List<double>(), new List<double>());
        for (var seed = 1; seed <= tasks; seed++)
        {
            using var synthetic = SyntheticTask.Even(classes: 5, shots: 16, seed: seed);
            var method = new NearestClassMean();
            var calibration = Calibrator.Fit(method, synthetic.Task, new(errorRate), cancellation: TestContext.Current.CancellationToken);
            using var classifier = method.Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
            using var logits = classifier.Logits(synthetic.Queries);
            using var centres = ClassPrototypes.Compute(synthetic.Task);
            var result = EvaluationResult.Compute(logits, synthetic.QueryLabels,
                classifier.ClassNames, calibration, ClassPrototypes.Similarity(centres, synthetic.Queries));
            outside.Add(1 - result.Rejection!.Coverage);
            rejected.Add(result.Rejection.Rejected / (double)result.Count);
        }
        // Near e over folds, which nothing promises to be exact; twice e is what is promised of predictors that keep the fits of all folds
        // (Barber et al. 2021). Images of a task share a threshold: it is tasks that are independent.
        foreach (var shares in (List<double>[])[outside, rejected])
        {
            var (mean, standardError) =
                (shares.Average(), Math.Sqrt(shares.Sum(share => Math.Pow(share - shares.Average(), 2)) / (tasks - 1) / tasks));
            // not so low either that nothing is ever rejected
            Assert.InRange(mean, errorRate / 2, (2 * errorRate) + (Deviations * standardError));
        }
    }

    [Fact]
    public void What_rejecting_came_to_is_that_of_a_plain_loop()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8, seed: 3);
        var method = new TipAdapter(new());
        var calibration = Calibrator.Fit(method, synthetic.Task, new(0.3), cancellation: TestContext.Current.CancellationToken);
        using var classifier = method.Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        using var logits = classifier.Logits(synthetic.Queries);
        using var probabilities = calibration.Probabilities(logits);
        var rows = probabilities.data<double>().ToArray().Chunk(4).Zip(synthetic.QueryLabels).ToArray();
        var (least, leastInSet) = (calibration.Rejection!.SimilarityThreshold!.Value, calibration.Rejection.ProbabilityThreshold!.Value);
        double[] likeness = [.. Enumerable.Range(0, rows.Length).Select(i => Enumerable.Range(0, 4).Max(c => Cosine(synthetic, i, c)))];
        var accepted = rows.Where((_, i) => likeness[i] >= least).ToArray();
        Assert.InRange(accepted.Length, 1, rows.Length - 1); // so that the test tells
        using var centres = ClassPrototypes.Compute(synthetic.Task);
        var measured = ClassPrototypes.Similarity(centres, synthetic.Queries);
        const double single = 1e-6; // cosines in F32
        Assert.All(likeness.Zip(measured), pair => Assert.Equal(pair.First, pair.Second, single));
        var found = EvaluationResult.Compute(logits, synthetic.QueryLabels, classifier.ClassNames, calibration, measured);
        Assert.Equal(rows.Length - accepted.Length, found.Rejection!.Rejected);
        Assert.Equal(accepted.Average(row => row.First.IndexOf(row.First.Max()) == row.Second ? 1.0 : 0), found.Rejection.AcceptedAccuracy);
        Assert.Equal(rows.Average(row => row.First[row.Second] >= leastInSet ? 1.0 : 0), found.Rejection.Coverage);
        Assert.Equal(rows.Average(row => (double)row.First.Count(p => p >= leastInSet)), found.Rejection.SetSize);
        Assert.Equal((calibration.Temperature != 1, true), (found.Calibration != found.Uncalibrated, found.Uncalibrated is not null));
    }

    /// <summary>Of a query and the mean of a class's support images, in plain loops.</summary>
    private static double Cosine(SyntheticTask synthetic, int query, int label)
    {
        var (labels, width) = (synthetic.Labels.data<long>().ToArray(), (int)synthetic.Queries.shape[1]);
        using var plain = synthetic.Support[0].contiguous();
        var (support, image) = (plain.data<float>().ToArray(), synthetic.Queries.data<float>().Skip(query * width).Take(width).ToArray());
        var sum = new double[width];
        foreach (var (i, _) in labels.Index().Where(found => found.Item == label))
        {
            for (var d = 0; d < width; d++)
                sum[d] += support[(i * width) + d];
        }
        return sum.Zip(image, (a, b) => a * b).Sum() / Math.Sqrt(sum.Sum(a => a * a));
    }
}
