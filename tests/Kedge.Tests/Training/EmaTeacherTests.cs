using Kedge.Clip.Towers;
using Kedge.Optimisation;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Training;

/// <summary>A teacher of averaged weights beside the network that is trained, as self-distillation needs it.</summary>
public class EmaTeacherTests
{
    /// <summary>A few roundings of singles below 1: sums can depend on where in memory weights lie.</summary>
    private const float Rounding = 1e-6f;

    [Theory, InlineData("vit"), InlineData("resnet")]
    public void A_teacher_runs_beside_its_student_in_one_step_and_follows_the_average(string kind)
    {
        using var scope = NewDisposeScope();
        var architecture = kind == "vit"
            ? TinyRun.Architecture
            : TinyRun.Architecture with { Vision = new ResNetConfiguration(32, Width: 8, [1, 1, 1, 1], Heads: 4) };
        using var student = ClipInitialisation.Build(architecture, seed: 1);
        student.train();
        using var average = new EmaWeights(student.state_dict(), decay: 0.9);
        using var teacher = student.Share(average.Views());
        using var generator = new Generator(7);
        var pixels = randn([4, 3, architecture.Vision.Resolution, architecture.Vision.Resolution], generator: generator);
        var start = Encode(teacher, pixels);

        using var optimizer = optim.AdamW(student.parameters(), 1e-2);
        for (var step = 0; step < 2; step++)
        {
            Tensor target;
            using (no_grad())
                target = teacher.visual.Forward(pixels);
            var output = student.visual.Forward(pixels.flip(3));
            nn.functional.mse_loss(output, target).backward();
            Assert.All(teacher.parameters(), weight => Assert.True(weight.grad is null && !weight.requires_grad));
            Assert.NotNull(student.visual.parameters().First().grad);
            optimizer.step();
            optimizer.zero_grad();
            average.Update(step);
        }

        using var oracle = ClipInitialisation.Build(architecture, seed: 2); // a network of its own, with the averages copied in
        using (no_grad())
        {
            foreach (var (name, weight) in oracle.state_dict())
                weight.copy_(average.Values[name]);
        }
        oracle.eval();
        Assert.All(Encode(oracle, pixels).Zip(Encode(teacher, pixels)), pair => Assert.Equal(pair.First, pair.Second, Rounding));
        Assert.NotEqual(start, Encode(teacher, pixels));
        student.eval();
        Assert.NotEqual(Encode(student, pixels), Encode(teacher, pixels));
    }

    private static float[] Encode(ClipNetwork network, Tensor pixels)
    {
        using var noGrad = no_grad();
        using var features = network.visual.Forward(pixels);
        return features.data<float>().ToArray();
    }
}
