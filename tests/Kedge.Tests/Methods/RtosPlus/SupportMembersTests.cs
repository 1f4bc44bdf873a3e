using Kedge.Features;
using Kedge.FewShot;
using Kedge.Methods;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class SupportMembersTests
{
    private const int Width = 4, Classes = 2;

    [Fact]
    public void The_projection_is_taken_back_but_for_the_length()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (unprojected, weight) = (randn([5, Width], generator: generator), randn([Width, Width + 2], generator: generator));
        var projection = new ImageProjection(weight, null);
        var again = SupportMembers.Features(projection.Apply(unprojected).Unit(), projection.Inverse());
        Assert.InRange((again - unprojected.Unit()).abs().max().item<float>(), 0, 1e-5f); // single precision
    }

    [Fact]
    public void Closed_forms_learn_before_the_projection_unless_left_out_images_are_clearly_better_off_after_it()
    {
        using var scope = NewDisposeScope();
        Assert.NotNull(Fit(shots: 8, gainOfSignal: 0.05f, gainOfNoise: 1).Unprojection);
        Assert.Null(Fit(shots: 8, gainOfSignal: 1, gainOfNoise: 0.05f).Unprojection);
        Assert.NotNull(Fit(shots: 1, gainOfSignal: 1, gainOfNoise: 0.05f).Unprojection);
        Assert.Null(Fit(shots: 8, gainOfSignal: 0.05f, gainOfNoise: null).Unprojection);
    }

    /// <summary>
    /// Images that tell their class in one direction and nothing in the others, through a projection with a gain for
    /// either; without one where there is none for noise.
    /// </summary>
    private static SupportMembers Fit(int shots, float gainOfSignal, float? gainOfNoise)
    {
        using var generator = new Generator(1);
        var labels = arange(Classes).repeat_interleave(shots);
        var unprojected = randn([Classes * shots, Width], generator: generator);
        unprojected[TensorIndex.Colon, 0] = (labels * 2 - 1) * 1.5f;
        var noise = gainOfNoise ?? 1;
        var projection = new ImageProjection(diag(tensor(new[] { gainOfSignal, noise, noise, noise })), null);
        return SupportMembers.Fit(new FewShotTask(new(projection.Apply(unprojected).Unit().unsqueeze(0), labels),
            new(["a", "b"], eye(Classes, Width), 10, []), gainOfNoise is null ? null : new() { Projection = projection }));
    }
}
