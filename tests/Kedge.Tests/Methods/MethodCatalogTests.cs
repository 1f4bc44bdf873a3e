using System.Text.Json;
using Kedge.Methods;

namespace Kedge.Tests.Methods;

public class MethodCatalogTests
{
    /// <summary>Names are in saved files and defaults in published results: change them knowingly.</summary>
    [Theory]
    [InlineData("zero-shot", "{}")]
    [InlineData("nearest-class-mean", "{}")]
    [InlineData("tip-adapter", """{"alpha":null,"beta":null}""")]
    [InlineData("tip-adapter-f",
        """{"alpha":null,"beta":null,"learningRate":0.001,"epsilon":0.0001,"weightDecay":0.01,"epochs":20,"batchSize":256,"seed":1}""")]
    [InlineData("gda", """{"alpha":null,"priorShare":null}""")]
    [InlineData("running-gda", "{}")]
    [InlineData("running-ridge", "{\"lambda\":0.1}")]
    [InlineData("proker", """{"beta":null,"lambda":null}""")]
    [InlineData("linear-adapter", """{"lambda":null,"learningRate":0.0001,"epsilon":0.0001,"epochs":300}""")]
    [InlineData("clap", """{"learningRate":0.1,"momentum":0.9,"epochs":300,"batchSize":256,"length":null,"seed":1}""")]
    [InlineData("zs-lp", """{"learningRate":0.1,"momentum":0.9,"epochs":300,"batchSize":256,"length":null,"seed":1}""")]
    [InlineData("taskres", """{"alpha":0.5,"length":null,"learningRate":0.002,"weightDecay":0.0005,"epochs":null,"batchSize":256,"seed":1}""")]
    [InlineData("coop", """{"contextTokens":16,"classSpecific":false,"position":"end","start":null,"learningRate":0.002,"momentum":0.9,"weightDecay":0.0005,"epochs":null,"batchSize":32,"seed":1}""")]
    [InlineData("attriclip", """{"prompts":10,"contextTokens":12,"picks":3,"keyWeight":0.7,"promptWeight":0.3,"filler":"","learningRate":0.001,"epochs":10,"batchSize":32,"seed":1}""")]
    [InlineData("ntlb", """{"explainWeight":null,"alsoMinimise":true,"contextTokens":16,"classSpecific":false,"position":"middle","start":null,"learningRate":0.002,"momentum":0.9,"weightDecay":0.0005,"epochs":null,"batchSize":32,"seed":1}""")]
    [InlineData("plot", """{"prompts":4,"contextTokens":16,"entropy":0.1,"iterations":100,"learningRate":0.002,"momentum":0.9,"weightDecay":0.0005,"epochs":50,"batchSize":128,"seed":1}""")]
    [InlineData("calip", """{"textWeight":1.12,"imageWeight":0.02,"unit":false}""")]
    [InlineData(
        "vt-clip", """{"gamma":1,"heads":8,"reduction":4,"learningRate":0.001,"weightDecay":0.01,"epochs":20,"batchSize":32,"seed":1}""")]
    [InlineData("prolip", """{"lambda":null,"learningRate":0.0001,"epsilon":0.0001,"epochs":300}""")]
    [InlineData("clip-lora",
        """{"rank":2,"alpha":1,"dropout":0.25,"learningRate":0.0002,"weightDecay":0.01,"steps":null,"batchSize":32,"seed":1}""")]
    [InlineData("lp++", """{"epochs":300}""")]
    [InlineData("sim", """{"anchors":null,"lambda":0.2}""")]
    [InlineData("ape", """{"channels":0.7,"similarityWeight":0.5,"alpha":null,"beta":null,"gamma":null}""")]
    [InlineData("ape-t", """{"channels":0.8,"similarityWeight":0.2,"alpha":null,"beta":null,"learningRate":0.0001,"epsilon":0.001,"weightDecay":0.1,"epochs":30,"batchSize":256,"seed":1}""")]
    [InlineData("clip-adapter", """{"alpha":null,"reduction":4,"learningRate":0.0001,"epochs":200,"batchSize":32,"seed":1}""")]
    [InlineData("linear-probe", """{"strength":null,"iterations":1000}""")]
    [InlineData("rtos", """{"anchorCount":null,"tokens":1,"start":null,"anchors":null,"ban":null,"value":"softmax-over-anchors","alpha":null,"holdOut":false,"learnAlpha":false,"relationTemperature":0,"attentionTemperature":0,"steps":null,"batchSize":256,"learningRate":null,"projectionPull":null,"anchorPull":null,"seed":1}""")]
    [InlineData("rtos+", """{"start":null,"anchorCount":null,"anchors":null,"ban":null,"steps":null,"seed":1}""")]
    [InlineData("rtos-names",
        """{"anchors":null,"ban":null,"value":"softmax-over-anchors","alpha":3,"relationTemperature":0,"attentionTemperature":0}""")]
    [InlineData("fuse", """{"methods":"rtos,tip-adapter","weights":null}""")]
    public void Names_and_default_options_are_these(string name, string options)
    {
        var method = MethodCatalog.Default.Create(name);
        Assert.Equal(name, method.Name);
        const string shared = "\"balanceClasses\":true}"; // of all methods
        Assert.Equal($"{options[..^1]}{(options == "{}" ? "" : ",")}{shared}", method.Options.ToJson().GetRawText());
    }

    [Fact]
    public void Options_go_round_through_json()
    {
        var options = new TipAdapterFOptions
        {
            Alpha = 2,
            Beta = 1.5,
            LearningRate = 0.25,
            Epsilon = 1e-8,
            WeightDecay = 0,
            Epochs = 3,
            BatchSize = 7,
            Seed = 11,
        };
        Assert.Equal(options, MethodCatalog.Default.Create("tip-adapter-f", options.ToJson()).Options);
    }

    [Theory]
    [InlineData("tip-adaptr", "There is no method 'tip-adaptr': nearest are tip-adapter and tip-adapter-f; there are ")]
    [InlineData("zeroshot", "There is no method 'zeroshot': nearest are zero-shot and ")]
    [InlineData("", "There is no method '': nearest are ")]
    public void An_unknown_name_gets_the_nearest_offered(string name, string start) =>
        Assert.StartsWith(start, Assert.Throws<KedgeException>(() => MethodCatalog.Default.Create(name)).Message);

    [Theory]
    [InlineData("tip-adapter", """{"alfa":1}""",
        "Reading the options of tip-adapter found {\"alfa\":1}: it takes an object with alpha, beta, balanceClasses (")]
    [InlineData("tip-adapter", """{"alpha":"1"}""",
        "Reading the options of tip-adapter found {\"alpha\":\"1\"}: it takes an object with alpha, beta, balanceClasses (")]
    [InlineData("tip-adapter", "[]", "Reading the options of tip-adapter found []: it takes an object with alpha, beta, balanceClasses (")]
    [InlineData("tip-adapter", "null",
        "Reading the options of tip-adapter found null: it takes an object with alpha, beta, balanceClasses (")]
    [InlineData("zero-shot", """{"alpha":1}""",
        "Reading the options of zero-shot found {\"alpha\":1}: it takes an object with balanceClasses (")]
    [InlineData("tip-adapter", """{"alpha":-1}""", "The option alpha is -1: it must be from 0 to 1000.")]
    [InlineData("gda", """{"alpha":-1}""", "The option alpha is -1: it must be from 0 to 1000.")]
    [InlineData("proker", """{"lambda":0}""", "The option lambda is 0: it must be from 0.0001 to 1000000.")]
    [InlineData("tip-adapter-f", """{"learningRate":0}""", "The option learningRate is 0: it must be from ")]
    [InlineData("tip-adapter-f", """{"batchSize":0}""", "The option batchSize is 0: it must be from 1 to 1000000.")]
    public void Wrong_options_are_refused(string name, string options, string start)
    {
        using var json = JsonDocument.Parse(options);
        Assert.StartsWith(start, Assert.Throws<KedgeException>(() => MethodCatalog.Default.Create(name, json.RootElement)).Message);
    }

    [Fact]
    public void An_option_that_is_no_number_is_refused() =>
        Assert.Equal("The option alpha is NaN: it must be from 0 to 1000.",
            Assert.Throws<KedgeException>(() => new TipAdapter(new() { Alpha = double.NaN })).Message);
}
