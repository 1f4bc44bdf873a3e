using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Tensors;
using Kedge.Tests.Support;
using Kedge.Training;
using Kedge.Training.Objectives;
using static TorchSharp.torch;

namespace Kedge.Tests.Training.Objectives;

public sealed class TextDistillationTests : IDisposable
{
    private const float Rounding = 1e-5f;
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Groups_are_centred_and_a_name_of_two_groups_is_their_mean()
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new float[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 0 } });
        var teacher = TeacherTextFeatures.Read(Write(rows, ["cat", "dog", "cat", "car"], ["a", "a", "b", "b"]));
        Assert.Equal(["cat", "dog", "car"], teacher.Names);
        var (h, q) = (MathF.Sqrt(0.5f), MathF.Sqrt(0.5f) / 2);
        // ((h, −h, 0) + (−h, 0, h)) / 2
        Close([q - (2 * q / 2), -q, q], [teacher.Features[0][0] - q + q - q + q, teacher.Features[0][1], teacher.Features[0][2]]);
        Close([-h, h, 0], teacher.Features[1]);
        Close([h, 0, -h], teacher.Features[2]);

        static void Close(float[] expected, float[] found) =>
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, Rounding));
    }

    [Fact]
    public void Targets_keep_the_angles_where_there_is_room_and_are_unit()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var features = randn([20, 6], generator: generator);
        var teacher = TeacherTextFeatures.Read(Write(features, [.. Enumerable.Range(0, 20).Select(i => $"word {i}")], null));
        var given = tensor(teacher.Features.SelectMany(row => row).ToArray(), 20, 6).Unit();
        foreach (var width in (int[])[6, 9])
        {
            var targets = teacher.Targets(width);
            Assert.Equal([20, width], targets.shape);
            Assert.True((matmul(targets, targets.t()) - matmul(given, given.t())).abs().max().item<float>() < Rounding);
        }
        Assert.Equal(1, teacher.Targets(3).norm(dim: 1).min().item<float>(), Rounding);
    }

    [Fact]
    public void Training_draws_text_features_to_the_teachers()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var teacher = TeacherTextFeatures.Read(
            Write(randn([8, 16], generator: generator), [.. TinyRun.Pairs.Select(pair => pair.Captions[1])], null));
        var options = TinyRun.Options with { Steps = 60, WarmUpSteps = 5, LearningRate = 3e-3, TeacherWeight = 10, CheckpointEvery = 100 };
        Assert.True(Agreement(TinyRun.Run(_scratch["alone"], options)) < 0.5);
        var model = new ContrastiveTrainer(TinyRun.Architecture, options)
            .Run(new(TinyRun.Pairs) { Teachers = [teacher] }, _scratch["taught"], cancellation: TestContext.Current.CancellationToken);
        Assert.True(Agreement(model) > 0.8);

        double Agreement(string path)
        {
            using var clip = Kedge.Clip.ClipModel.Load(path);
            var features = clip.EncodeText([.. teacher.Names.Select(name => $"a photo of a {name}.")]).Unit();
            return (features * teacher.Targets(16)).sum(dim: 1).mean().item<float>();
        }
    }

    [Fact]
    public void Distillation_alone_needs_no_image_and_leaves_the_image_tower_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var network = ClipInitialisation.Build(TinyRun.Architecture, seed: 1);
        var start = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        var options = TinyRun.Options with { Steps = 20, WarmUpSteps = 2, LearningRate = 3e-3, AverageDecay = 0 };
        TeacherTextFeatures teacher = new(["cat", "dog", "red"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
        using var distillation = new TextDistillation(network, teacher, weight: 1, CPU);
        new TrainingLoop(network, [new TrainingTerm<DistillationBatch>(distillation, step => teacher.BatchesFrom(step, options))],
            options.Loop)
            .Run(new(new JsonObject(), new Dictionary<string, string>()), _scratch.Path,
                cancellation: TestContext.Current.CancellationToken);
        var points = TrainingCurve.Read(_scratch.Path);
        Assert.True(points[^1].Loss < points[0].Loss / 2);
        foreach (var (name, weights) in network.state_dict())
            Assert.Equal(name.StartsWith("visual.", StringComparison.Ordinal) || name == "logit_scale",
                weights.equal(start[name]).all().item<bool>());
    }

    [Fact]
    public void Features_of_the_joint_space_are_taken_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var features = randn([4, 16], generator: generator);
        var teacher = TeacherTextFeatures.Read(Write(features, ["a", "b", "c", "d"], null, space: "joint"));
        Assert.True((teacher.Targets(16) - features.Unit()).abs().max().item<float>() < Rounding);
        Assert.Equal("Distilling text features found 16 numbers a name, in a joint space of 8: features with the metadata 'space' of " +
            "'joint' must be as wide as the model's.", Assert.Throws<KedgeException>(() => teacher.Targets(8)).Message);
    }

    [Fact]
    public void An_image_moment_adds_the_cosine_that_images_see()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        using var network = ClipInitialisation.Build(TinyRun.Architecture, seed: 1);
        var targets = randn([1, 16], generator: generator).Unit();
        var images = randn([40, 16], generator: generator).Unit();
        TeacherTextFeatures teacher = new(["cat"], [targets[0].data<float>().ToArray()], InJointSpace: true);
        var (values, axes) = linalg.eigh(images.t().matmul(images).div(40));
        var moment = axes.matmul(diag(values.sqrt())).matmul(axes.t());
        SafetensorsWriter.Write(_scratch["moment.safetensors"], new Dictionary<string, Tensor> { ["image_moment"] = moment.contiguous() });
        var read = ImageMoment.Read(_scratch["moment.safetensors"]);

        var batch = new DistillationBatch([0], ["a photo of a cat."]);
        using var plain = new TextDistillation(network, teacher, weight: 1, CPU);
        using var seen = new TextDistillation(network, teacher, weight: 1, CPU, read);
        var (f, t) = (CaptionEncoder.Encode(network, ["a photo of a cat."], CPU).Unit().detach(), targets);
        var (zf, zt) = (images.matmul(f.t()), images.matmul(t.t())); // [40, 1]: what each image sees
        var cosine = (zf * zt).sum().div((zf.square().sum() * zt.square().sum()).sqrt());
        Assert.Equal(plain.Loss(batch).item<float>() + 1 - cosine.item<float>(), seen.Loss(batch).item<float>(), Rounding);
        Assert.Equal("Distilling text features found an image moment of 256 numbers, and the model's joint space has a width of 8: " +
            "expected 64.", Assert.Throws<KedgeException>(() => read.ToTensor(8, CPU)).Message);
    }

    [Fact]
    public void A_run_without_images_learns_from_each_of_its_teachers()
    {
        using var scope = NewDisposeScope();
        var features = eye(16).narrow(0, 0, 6);
        var first = TeacherTextFeatures.Read(Write(features.narrow(0, 0, 3), ["cat", "dog", "red"], null, space: "joint"));
        var second = TeacherTextFeatures.Read(Write(features.narrow(0, 3, 3), ["car", "tree", "sky"], null, space: "joint"));
        var options = TinyRun.Options with { Steps = 60, WarmUpSteps = 5, LearningRate = 3e-3, TeacherWeight = 10, CheckpointEvery = 100 };
        var model = new ContrastiveTrainer(TinyRun.Architecture, options).Run(
            new([]) { Teachers = [first, second] }, _scratch["texts"], cancellation: TestContext.Current.CancellationToken);
        using var clip = Kedge.Clip.ClipModel.Load(model);
        foreach (var teacher in (TeacherTextFeatures[])[first, second])
        {
            var learned = clip.EncodeText([.. teacher.Names.Select(name => $"a photo of a {name}.")]).Unit();
            Assert.True((learned * teacher.Targets(16)).sum(dim: 1).min().item<float>() > 0.8);
        }
    }

    [Fact]
    public void A_teacher_without_names_or_of_other_lengths_is_refused()
    {
        using var scope = NewDisposeScope();
        var path = Write(ones(3, 2), ["a", "b"], null);
        Assert.Equal($"Reading text features from '{path}' found features [3, 2], 2 names and 2 sources; expected as many of each.",
            Assert.Throws<KedgeException>(() => TeacherTextFeatures.Read(path)).Message);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["features"] = ones(3, 2) });
        Assert.Equal($"Reading text features from '{path}' found no tensor 'features' or no list 'names' in its metadata; expected both, " +
            "with a name a row.",
            Assert.Throws<KedgeException>(() => TeacherTextFeatures.Read(path)).Message);
    }

    private string Write(Tensor features, string[] names, string[]? sources, string? space = null)
    {
        var metadata = new Dictionary<string, string> { ["names"] = JsonSerializer.Serialize(names) };
        if (sources is not null)
            metadata["sources"] = JsonSerializer.Serialize(sources);
        if (space is not null)
            metadata["space"] = space;
        var path = _scratch["teacher.safetensors"];
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["features"] = features }, metadata);
        return path;
    }
}
