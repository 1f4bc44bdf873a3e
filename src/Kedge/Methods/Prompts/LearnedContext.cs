using System.Text.Json;
using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>A mini-batch that a context is learned from.</summary>
/// <param name="Task">The task.</param>
/// <param name="Prompts">The prompts of its class names.</param>
/// <param name="Context">v [1, 1 or C, M, W].</param>
/// <param name="Images">B images.</param>
/// <param name="Labels">[B] int64.</param>
internal sealed record ContextBatch(FewShotTask Task, IPromptEncoder Prompts, Tensor Context, ImageFeatures Images, Tensor Labels);

/// <summary>Learns the context of class names, as CoOp does, by a loss of one's own.</summary>
/// <param name="method">The method's name, for messages.</param>
/// <param name="options">The context and how it is learned.</param>
internal sealed class LearnedContext(string method, CoOpOptions options)
{
    private const double Deviation = 0.02; // of the noise that a context starts from

    /// <summary>Learns, and keeps class features and context.</summary>
    /// <param name="task">With support images, names and a text tower.</param>
    /// <param name="run">Told of each step.</param>
    /// <param name="loss">From a batch to its loss [].</param>
    /// <param name="learned">
    /// Of classes that were learned before, whose context is gone on with, and whose features change with it; <see
    /// langword="null"/> for none.
    /// </param>
    public Fitted Fit(FewShotTask task, FitRun run, Func<ContextBatch, Tensor> loss, ClassifierState? learned = null)
    {
        var tower = task.Encoder!.TextTower!;
        var start = learned?.Tensors[CoOpClassifier.ContextName].flatten(0, 2) ?? Start(tower, task.Device); // [M, W]
        var context = new Parameter(start.expand(1, options.ClassSpecific ? task.Classes.Count : 1, -1, -1).clone()); // [1, 1 or C, M, W]
        using var prompts = tower.Prompts(PromptSequence.OfClasses(task.Classes.PromptNames, (int)start.shape[0], options.Position));
        using var optimizer = new Sgd([context], options.LearningRate, options.Momentum, weightDecay: options.WeightDecay);
        new FeatureTraining(Epochs(task), options.LearningRate, options.BatchSize, options.Seed, warmUpEpochs: 1)
            .Run(task, run, optimizer, (images, labels) => loss(new(task, prompts, context, images, labels)));
        IEnumerable<string> names = [.. learned?.ClassNames ?? [], .. task.Classes.Names];
        using var all = learned is null ? null : tower.Prompts(PromptSequence.OfClasses(names, (int)start.shape[0], options.Position));
        var tensors = LinearClassifier.Tensors((all ?? prompts).Encode(context).squeeze(0));
        if (!options.ClassSpecific)
            tensors[CoOpClassifier.ContextName] = context; // for classes that are named later
        return new Fitted(tensors, Details: Words(tower, context));
    }

    /// <summary>M: the tokens that the context has.</summary>
    public int Tokens(ITextTower tower) => options.Start is null ? options.ContextTokens : (int)Start(tower, device: CPU).shape[0];

    private int Epochs(FewShotTask task) => options.Epochs ?? ((double)task.Support.Count / task.Classes.Count) switch
    {
        <= 1 => 50,
        <= 4 => 100,
        _ => 200,
    };

    private Tensor Start(ITextTower tower, Device device)
    {
        if (options.Start is { } words)
        {
            var embeddings = tower.TokenEmbeddings(words);
            return embeddings.shape[0] > 0 ? embeddings : throw new KedgeException(
                $"Fitting {method} found the words '{words}' to start from, which have no tokens: give words, or none for noise.");
        }
        using var generator = new Generator((ulong)options.Seed, device);
        return randn([options.ContextTokens, tower.Width], device: device, generator: generator).Mul(Deviation);
    }

    /// <summary>The words nearest to the learned tokens, a list a context, to be read by people.</summary>
    private static JsonElement Words(ITextTower tower, Tensor context)
    {
        var words = tower.NearestWords(context.flatten(0, 2), top: 1).Select(near => near[0].Text);
        return JsonSerializer.SerializeToElement(new { nearestWords = words.Chunk((int)context.shape[2]) });
    }
}
