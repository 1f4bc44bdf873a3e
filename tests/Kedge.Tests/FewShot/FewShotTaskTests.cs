using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.FewShot;

public class FewShotTaskTests
{
    private static readonly string[] TwoNames = ["cat", "dog"];

    [Fact]
    public void Knows_its_sizes_and_shots()
    {
        using var synthetic = new SyntheticTask([2, 0, 5], views: 3);
        var task = synthetic.Task;
        Assert.Equal((3, 7, 3, 16), (task.Support.Views, task.Support.Count, task.Classes.Count, task.FeatureWidth));
        Assert.Equal([2, 0, 5], task.CountShots());
    }

    [Fact]
    public void May_have_no_support_images()
    {
        using var scope = NewDisposeScope();
        var task = new FewShotTask(new(zeros(1, 0, 3), zeros(0, dtype: ScalarType.Int64)), new(TwoNames, eye(2, 3), 100, []));
        using var classifier = new ZeroShot().Fit(task, null, TestContext.Current.CancellationToken);
        Assert.Equal([0, 0], task.CountShots());
        Assert.Equal("Fitting tip-adapter found no support image of 'cat', 'dog': it needs at least one of each class.",
            Assert.Throws<KedgeException>(() => new TipAdapter(new()).Fit(task, null, TestContext.Current.CancellationToken)).Message);
    }

    public static TheoryData<string, string> Wrongs => new()
    {
        { "one name", "1 class name(s): it needs at least 2." },
        { "same names", "the class name 'cat' 2 times: it needs different names." },
        { "logit scale", "the logit scale 0: it needs a number above 0." },
        { "class rows", "class features of shape [3, 3]: it needs [2, D], one row a class name." },
        { "class type", "class features of type Float64: it needs Float32; convert them with .to(ScalarType.Float32)." },
        { "class length", "class features whose lengths are up to 1 off 1: it needs unit features; divide each row by its length." },
        { "class NaN", "class features that hold NaN or infinity: encode the images or texts again, in single precision." },
        { "support width", "support features of shape [1, 2, 4]: it needs [V, N, 3], as wide as the class features." },
        { "support without views", "support features of shape [2, 3]: it needs [V, N, 3], as wide as the class features." },
        { "support length", "support features whose lengths are up to 1 off 1: it needs unit features; divide each row by its length." },
        { "label type", "support labels of type Int32: it needs Int64." },
        { "label count", "support labels of shape [3]: it needs [2], one a support image." },
        { "label range", "support labels from 1 to 2: it needs 0 to 1." },
    };

    [Theory, MemberData(nameof(Wrongs))]
    public void Says_what_is_wrong(string what, string message)
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<KedgeException>(() => new FewShotTask(
            new(what switch
            {
                "support width" => eye(2, 4).unsqueeze(0),
                "support without views" => eye(2, 3),
                "support length" => 2 * eye(2, 3).unsqueeze(0),
                _ => eye(2, 3).unsqueeze(0),
            },
            what switch
            {
                "label type" => tensor(new[] { 0, 1 }),
                "label count" => tensor(new[] { 0L, 1, 1 }),
                "label range" => tensor(new[] { 1L, 2 }),
                _ => tensor(new[] { 0L, 1 }),
            }),
            new(what switch { "one name" => ["cat"], "same names" => ["cat", "cat"], _ => TwoNames },
            what switch
            {
                "class rows" => eye(3),
                "class type" => eye(2, 3, dtype: ScalarType.Float64),
                "class length" => 2 * eye(2, 3),
                "class NaN" => eye(2, 3) / 0,
                _ => eye(2, 3),
            },
            what == "logit scale" ? 0 : 100, [])));
        Assert.Equal($"Making a few-shot task found {message}", error.Message);
    }
}
