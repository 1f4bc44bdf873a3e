using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>A saved state that lacks a tensor, or has one too many, for every method of the catalog.</summary>
public class DamagedStateTests
{
    public static TheoryData<string> Names => [.. MethodCatalog.Default.Names];

    [Theory, MemberData(nameof(Names))]
    public void Restoring_it_leaves_no_tensor_behind(string name)
    {
        var method = name == ClipLora.CatalogName ? new ClipLora(new() { Steps = 1 }) : MethodCatalog.Default.Create(name);
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 3);
        using var classifier = method.Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        using var scope = NewDisposeScope();
        var tensors = classifier.State.Tensors;
        foreach (var lost in tensors.Keys)
        {
            if (Record.Exception(() => Restore(method, classifier.State, tensors.Where(pair => pair.Key != lost))) is { } e)
                Assert.IsType<KedgeException>(e);
        }
        var more = KeyValuePair.Create("more", ones(1));
        Assert.Throws<KedgeException>(() => Restore(method, classifier.State, tensors.Append(more)));
    }

    /// <summary>Restores a state of these tensors, which may be whole: some tensors are optional.</summary>
    private static void Restore(FewShotMethod method, ClassifierState state, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        try
        {
            method.Restore(Copy(state, tensors)).Dispose();
        }
        finally
        {
            Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }

    private static ClassifierState Copy(ClassifierState state, IEnumerable<KeyValuePair<string, Tensor>> tensors) => new()
    {
        Method = state.Method,
        Options = state.Options,
        ClassNames = state.ClassNames,
        Templates = state.Templates,
        SupportNames = state.SupportNames,
        LogitScale = state.LogitScale,
        FeatureWidth = state.FeatureWidth,
        Selection = state.Selection,
        Details = state.Details,
        TextTower = state.TextTower,
        Tensors = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.clone().DetachFromDisposeScope()),
    };
}
