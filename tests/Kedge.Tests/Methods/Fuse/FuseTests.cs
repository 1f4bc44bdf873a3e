using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class FuseTests
{
    private const double Tolerance = 1e-6; // of the largest logit: one sum in single precision
    private const float RoundingOfSums = 2e-4f; // as in the contract tests

    [Theory]
    [InlineData("fuse[methods=tip-adapter,zero-shot,gda;weights=[0.5,0.2,0.3]]", 0.5, 0.2, 0.3)]
    [InlineData("fuse[methods=tip-adapter,zero-shot,gda]", 1 / 3.0, 1 / 3.0, 1 / 3.0)]
    public void It_is_the_weighted_sum_of_its_methods(string text, params double[] weights)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        float[][] members =
            [Logits(new TipAdapter(new()), synthetic), Logits(new ZeroShot(), synthetic), Logits(new Gda(new()), synthetic)];
        var expected = members[0].Select((_, i) => members.Zip(weights, (logits, weight) => logits[i] * weight).Sum()).Chunk(4).ToArray();
        var row = 0;
        Assert.InRange(LargestDifference(MethodVariant.Parse(text, MethodCatalog.Default).Method, synthetic, _ => expected[row++]),
            0, Tolerance);
    }

    [Fact]
    public void One_method_of_weight_one_is_that_method_bit_for_bit()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        Assert.Equal(Logits(new ProKeR(new()), synthetic),
            Logits(new Fuse(new() { Methods = "proker" }, MethodCatalog.Default), synthetic));
    }

    [Theory]
    [InlineData("rtos[steps=5],tip-adapter", 4, 12)]
    [InlineData("rtos-names,sim[anchors=[\"sky\",\"wood\"]],proker", 258, 12)]
    [InlineData("rtos+[steps=5],fuse[methods=sim,ape]", 1004, 12)]
    [InlineData("proker,tip-adapter-f", null, 12)]
    [InlineData("rtos-names", 256, null)]
    [InlineData("rtos[steps=5],plot[epochs=1;contextTokens=2]", 4, null)]
    public void Parts_of_an_explanation_are_its_methods_own_and_add_up(string methods, int? anchors, int? support)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var scope = NewDisposeScope();
        using var classifier = new Fuse(new() { Methods = methods }, MethodCatalog.Default)
            .Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        using var explanation = classifier.Explain(synthetic.Images);
        using var sum = explanation.Sum();
        Assert.InRange((sum - classifier.Logits(synthetic.Images)).abs().max().item<float>(), 0, RoundingOfSums);
        Assert.Equal((anchors, anchors, anchors),
            ((int?)explanation.Anchors?.shape[2], (int?)classifier.Anchors?.Features.shape[0], classifier.Anchors?.Names.Count));
        Assert.Equal(support, (int?)explanation.Support?.shape[2]);
    }

    [Fact]
    public void A_method_without_parts_is_named()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var classifier = new Fuse(new() { Methods = "tip-adapter,gda" }, MethodCatalog.Default)
            .Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.StartsWith("Explaining found a classifier of gda, whose logits have no parts",
            Assert.Throws<KedgeException>(() => classifier.Explain(synthetic.Queries)).Message);
    }

    [Theory]
    [InlineData("tip-adapter,gda", "support set")]
    [InlineData("nearest-class-mean,zero-shot", "none")]
    public void It_tells_what_data_chose_for_its_methods(string methods, string selection)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var classifier = new Fuse(new() { Methods = methods }, MethodCatalog.Default)
            .Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.Equal(selection, classifier.State.Selection);
    }

    [Fact]
    public void It_needs_what_its_methods_need()
    {
        Assert.False(new Fuse(new() { Methods = "zero-shot,rtos-names" }, MethodCatalog.Default).Requires.HasFlag(TaskParts.Support));
        Assert.True(new Fuse(new() { Methods = "zero-shot,gda" }, MethodCatalog.Default).Requires.HasFlag(TaskParts.Support));
    }

    [Theory]
    [InlineData("fuse[methods=rtos,gda;weights=[1]]",
        "The option weights has 1 number(s) for 2 method(s): give one a method, or leave it away.")]
    [InlineData("fuse[methods=rtos,gda;weights=[1,-1]]", "The option weights is -1: it must be from 0 to 1000.")]
    [InlineData("fuse[methods=rtos,dga]", "There is no method 'dga': ")]
    [InlineData("fuse[methods=rtos[stepz=1]]", "Reading the options of rtos found {\"stepz\":1}")]
    [InlineData("fuse[weights=1]",
        "Reading the options of fuse found {\"weights\":1}: it takes an object with methods, weights, balanceClasses (")]
    public void Wrong_methods_and_weights_are_refused(string text, string start) =>
        Assert.StartsWith(start, Assert.Throws<KedgeException>(() => MethodVariant.Parse(text, MethodCatalog.Default)).Message,
            StringComparison.Ordinal);
}
