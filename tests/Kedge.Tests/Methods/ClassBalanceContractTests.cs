using System.Text.Json;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>What balancing classes does, for every method of the catalog.</summary>
public class ClassBalanceContractTests
{
    public static TheoryData<string> Names => [.. MethodCatalog.Default.Names];

    /// <summary>
    /// All but those that learn nothing, one that may hold on to zero-shot on so few images, and running sums, in which
    /// images count alike.
    /// </summary>
    public static TheoryData<string> Learned =>
        [.. MethodCatalog.Default.Names.Except(["zero-shot", "calip", "rtos-names", "rtos", "running-gda", "running-ridge"])];

    [Theory, MemberData(nameof(Names))]
    public void Even_classes_are_learned_bit_for_bit_as_without_balance(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 5);
        Assert.Equal(Logits(name, synthetic, balance: false), Logits(name, synthetic, balance: true));
    }

    [Theory, MemberData(nameof(Learned))]
    public void Uneven_classes_are_learned_otherwise(string name)
    {
        using var synthetic = new SyntheticTask([2, 12, 3]);
        Assert.NotEqual(Logits(name, synthetic, balance: false), Logits(name, synthetic, balance: true));
    }

    [Theory]
    [InlineData("tip-adapter")]
    [InlineData("tip-adapter-f")]
    [InlineData("linear-adapter")]
    [InlineData("clap")]
    [InlineData("zs-lp")]
    [InlineData("taskres")]
    [InlineData("lp++")]
    [InlineData("ape-t")]
    [InlineData("linear-probe")]
    [InlineData("proker")]
    [InlineData("sim")]
    [InlineData("rtos")]
    public void Balance_finds_more_images_of_rare_classes(string name)
    {
        using var synthetic = new SyntheticTask([3, 3, 24, 24], queriesPerClass: 40, noise: 1.6f);
        Assert.True(RareRecall(name, synthetic, balance: true) > RareRecall(name, synthetic, balance: false));
    }

    [Theory, InlineData("proker"), InlineData("sim"), InlineData("rtos"), InlineData("rtos+")]
    public void The_bias_of_uneven_classes_is_a_part_of_the_logits(string name)
    {
        using var synthetic = new SyntheticTask([3, 3, 24, 24], noise: 1.6f);
        using var classifier = MethodCatalog.Default.Create(name).Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        using var explanation = classifier.Explain(synthetic.Images);
        using var scope = NewDisposeScope();
        Assert.NotNull(explanation.Bias);
        Assert.InRange((explanation.Sum() - classifier.Logits(synthetic.Images)).abs().max().item<float>(), 0, 2e-4f); // sums of N parts
    }

    [Fact]
    public void The_bias_of_uneven_classes_does_not_go_over_to_others()
    {
        using var synthetic = new SyntheticTask([3, 3, 24], noise: 1.6f);
        using var scope = NewDisposeScope();
        using var rtos = new Rtos(new()).Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        using var other = rtos.Transfer(new(["new", "class 1"], synthetic.Classes.narrow(0, 0, 2)));
        Assert.True(rtos.State.Tensors.ContainsKey("class.bias"));
        Assert.False(other!.State.Tensors.ContainsKey("class.bias"));
    }

    private static double RareRecall(string name, SyntheticTask synthetic, bool balance)
    {
        var right = Logits(name, synthetic, balance).Chunk(4).Select(row => row.Index().MaxBy(x => x.Item).Index)
            .Zip(synthetic.QueryLabels).Where(image => image.Second < 2);
        return right.Average(image => image.First == image.Second ? 1.0 : 0);
    }

    private static float[] Logits(string name, SyntheticTask synthetic, bool balance)
    {
        var options = new Dictionary<string, object> { ["balanceClasses"] = balance };
        if (name == ClipLora.CatalogName)
            options["steps"] = 30; // thousands would tell no more
        using var classifier = MethodCatalog.Default.Create(name, JsonSerializer.SerializeToElement(options)).Fit(synthetic.Task);
        using var scope = NewDisposeScope();
        return classifier.Logits(SyntheticImages.Under(classifier.Update, synthetic.Images)).data<float>().ToArray();
    }
}
