using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Tests.FewShot.Selection;

public class FeatureTrainingTests
{
    [Fact]
    public void Optimisers_for_methods_outside_hold_their_numbers()
    {
        using var parameter = new Parameter(ones(2));
        using var adam = FeatureTraining.Adam([parameter], 0.1);
        using var adamW = FeatureTraining.AdamW([parameter], 0.1);
        using var sgd = FeatureTraining.Sgd([parameter], 0.1, momentum: 0.9);
        Type[] held = [typeof(Kedge.Optimisation.Adam), typeof(Kedge.Optimisation.AdamW), typeof(Sgd)];
        Assert.Equal(held, [adam.GetType(), adamW.GetType(), sgd.GetType()]);
    }
}
