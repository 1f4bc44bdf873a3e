using Kedge.Calibration;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Calibration;

public class CrossFitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_image_is_judged_once_by_a_fit_on_the_other_folds()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 6);
        using var scope = NewDisposeScope();
        var task = SupportOrder.Canonical(synthetic.Task);
        var found = CrossFit.Fit(new NearestClassMean(), synthetic.Task, null, Stop);
        Assert.Equal((4, 18), (found.Folds, found.Labels.Length));
        var labels = task.Support.Labels.data<long>().ToArray();
        var expected = new List<float>();
        for (var fold = 0; fold < 4; fold++)
        {
            long[] left = [.. Enumerable.Range(0, 18).Where(i => i % 6 % 4 == fold).Select(i => (long)i)]; // sorted by class, six of each
            long[] train = [.. Enumerable.Range(0, 18).Select(i => (long)i).Except(left)];
            using var classifier = new NearestClassMean()
                .Fit(synthetic.Make(task.Support.Features.index_select(1, tensor(train)), tensor(train.Select(i => labels[i]).ToArray())),
                    cancellation: Stop);
            expected.AddRange(classifier.Logits(task.Support.Features[0][tensor(left)]).data<float>());
        }
        Assert.Equal(expected, found.Logits);
    }

    [Fact]
    public void An_image_alone_in_its_class_is_never_left_out()
    {
        using var synthetic = new SyntheticTask([3, 1, 2]);
        var found = CrossFit.Fit(new TipAdapter(new()), synthetic.Task, null, Stop);
        Assert.Equal((3, 5), (found.Folds, found.Labels.Length));
        Assert.Equal([0, 0, 0, 2, 2], found.Labels.Order());
    }

    [Fact]
    public void Images_alone_in_their_classes_can_not_be_calibrated_on()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 1);
        Assert.Equal(
            "Calibrating tip-adapter found no class with two support images: probabilities are held against images that were left out of " +
                "a fit. Learn from two or more of each class (--shots), or do not calibrate.",
            Assert.Throws<KedgeException>(() => Calibrator.Fit(new TipAdapter(new()), synthetic.Task, cancellation: Stop)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void An_error_rate_is_a_share(double rate)
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        Assert.Equal(
            FormattableString.Invariant($"The error rate is {rate}: it must be above 0 and below 1."),
            Assert.Throws<KedgeException>(
                () => Calibrator.Fit(new TipAdapter(new()), synthetic.Task, new(rate), cancellation: Stop)).Message);
    }

    [Theory]
    [InlineData("rtos+[steps=2;anchorCount=4]")]
    [InlineData("gda")]
    [InlineData("zero-shot")]
    public void The_same_images_in_another_order_are_calibrated_the_same_and_leave_no_tensor(string name)
    {
        var method = MethodVariant.Parse(name, MethodCatalog.Default).Method;
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 5);
        using var order = tensor([14L, 3, 2, 7, 9, 0, 1, 4, 13, 12, 11, 10, 5, 6, 8]);
        using var features = synthetic.Support.index_select(1, order);
        using var labels = synthetic.Labels.index_select(0, order);
        var turned = synthetic.Make(features, labels);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var first = Calibrator.Fit(method, synthetic.Task, new(0.2), cancellation: Stop);
        Assert.Equal(first, Calibrator.Fit(method, turned, new(0.2), cancellation: Stop));
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal((15, 4), (first.Images, first.Folds));
        Assert.True(first.After.NegativeLogLikelihood <= first.Before.NegativeLogLikelihood);
    }

    [Fact]
    public void Steps_say_which_fit_they_are_of_and_a_fit_can_be_stopped()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var told = new Told(value =>
        {
            if (value.Part == "cross-fit 2 of 2")
                cancel.Cancel();
        });
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<OperationCanceledException>(() => Calibrator.Fit(new TipAdapterF(new()), synthetic.Task, null, told, cancel.Token));
        Assert.Equal(["cross-fit 1 of 2", "cross-fit 2 of 2"], told.Values.Select(value => value.Part).Distinct());
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private sealed class Told(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public List<FitProgress> Values { get; } = [];

        public void Report(FitProgress value)
        {
            Values.Add(value);
            report(value);
        }
    }
}
