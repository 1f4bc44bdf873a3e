using Kedge.Optimisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Tests.Optimisation;

/// <summary>
/// The optimisers against TorchSharp's own, whose steps they replace: the same bits after every step.
/// </summary>
public class OptimisersTests
{
    private const int Steps = 60;
    private static readonly long[][] Shapes = [[], [5], [3, 4], [2, 3, 4, 5], [7, 129]];

    private static readonly Dictionary<string, (Func<Parameter[], OptimizerHelper> Held, Func<Parameter[], OptimizerHelper> Own)> Cases =
        new()
        {
            ["Adam"] = (p => new Kedge.Optimisation.Adam(p, 0.01), p => optim.Adam(p, 0.01)),
            ["Adam with decay"] =
                (p => new Kedge.Optimisation.Adam(p, 0.01, 1e-4, 0.1), p => optim.Adam(p, 0.01, eps: 1e-4, weight_decay: 0.1)),
            ["AdamW"] = (p => new Kedge.Optimisation.AdamW(p, 0.01), p => optim.AdamW(p, 0.01)),
            ["AdamW with decay"] =
                (p => new Kedge.Optimisation.AdamW(p, 0.01, 1e-4, 0.2), p => optim.AdamW(p, 0.01, eps: 1e-4, weight_decay: 0.2)),
            ["AdamW in groups"] = (p => new Kedge.Optimisation.AdamW(Groups(p)), p => optim.AdamW(Groups(p))),
            ["SGD"] = (p => new Sgd(p, 0.01), p => optim.SGD(p, 0.01)),
            ["SGD with momentum"] = (p => new Sgd(p, 0.01, 0.9), p => optim.SGD(p, 0.01, 0.9)),
            ["SGD with decay"] = (p => new Sgd(p, 0.01, 0.9, 5e-4), p => optim.SGD(p, 0.01, 0.9, weight_decay: 5e-4)),
        };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_is_that_of_TorchSharp_bit_for_bit(string name)
    {
        using var scope = NewDisposeScope();
        var (held, own) = (Parameters(), Parameters());
        using var ours = Cases[name].Held(held);
        using var theirs = Cases[name].Own(own);
        for (var step = 0; step < Steps; step++)
        {
            Step(ours, held, step);
            Step(theirs, own, step);
            AssertSame(own, held);
        }
    }

    /// <summary>
    /// Checkpoints of training that TorchSharp's optimiser wrote go on in ours, and the other way round.
    /// </summary>
    [Theory]
    [InlineData("Adam with decay")]
    [InlineData("AdamW in groups")]
    public void Files_of_its_state_are_those_of_TorchSharp(string name)
    {
        using var scope = NewDisposeScope();
        var (held, own) = (Parameters(), Parameters());
        using var ours = Cases[name].Held(held);
        using var theirs = Cases[name].Own(own);
        for (var step = 0; step < 3; step++)
        {
            Step(ours, held, step);
            Step(theirs, own, step);
        }
        Assert.Equal(Written(theirs), Written(ours));

        using var resumed = Cases[name].Held(held);
        using var reader = new BinaryReader(new MemoryStream(Written(theirs)));
        resumed.load_state_dict(reader);
        Step(resumed, held, 3);
        Step(theirs, own, 3);
        AssertSame(own, held);
    }

    [Fact]
    public void What_has_no_gradient_stays()
    {
        using var scope = NewDisposeScope();
        var still = new Parameter(ones(3));
        foreach (var (held, _) in Cases.Values)
        {
            using var optimizer = held([still]);
            optimizer.step();
        }
        Assert.Equal([1, 1, 1], still.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_leaks_no_tensor(string name)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = Cases[name].Held(parameters);
        Step(optimizer, parameters, 0);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        optimizer.step();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static IEnumerable<TorchSharp.Modules.AdamW.ParamGroup> Groups(Parameter[] parameters) =>
    [
        new(parameters.Where(p => p.dim() >= 2), 0.01, 0.9, 0.98, 1e-6, 0.2),
        new(parameters.Where(p => p.dim() < 2), 0.01, 0.9, 0.98, 1e-6, weight_decay: 0),
    ];

    private static Parameter[] Parameters()
    {
        var generator = new Generator(7);
        return [.. Shapes.Select(shape => new Parameter(randn(shape, generator: generator)))];
    }

    private static void Step(OptimizerHelper optimizer, Parameter[] parameters, int step)
    {
        using var scope = NewDisposeScope();
        var generator = new Generator((ulong)step);
        foreach (var parameter in parameters)
            parameter.grad = (randn(parameter.shape, generator: generator) * Math.Pow(10, step % 7 - 3)).MoveToOuterDisposeScope();
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = new CosineSchedule(0.02, Steps, 5).At(step);
        optimizer.step();
    }

    private static byte[] Written(OptimizerHelper optimizer)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        optimizer.save_state_dict(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static void AssertSame(Parameter[] expected, Parameter[] actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
            Assert.Equal(one.bytes.ToArray(), other.bytes.ToArray());
    }
}
