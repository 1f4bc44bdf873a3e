using Kedge.Clip.Prompts;
using Kedge.FewShot;
using Kedge.Optimisation;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Learns a task into a bank. The images of a batch that picked the same prompts share their class texts, and texts
/// are encoded some at a time, each part with its backward pass, so that memory depends on neither batch nor bank.
/// </summary>
/// <param name="options">How it is learned.</param>
/// <param name="task">The task, its rows in canonical order.</param>
/// <param name="run">Told of each step.</param>
internal sealed class AttriClipTraining(AttriClipOptions options, FewShotTask task, FitRun run)
{
    private const int MaxTexts = 256; // at a time, unless there are more classes
    private const int ImagesOfRate = 20; // that the learning rate is for
    private const double LastRate = 1e-3; // of the first

    /// <summary>Peak memory of a step: what the backward pass keeps of a part's texts.</summary>
    /// <param name="options">The options.</param>
    /// <param name="classes">C, classes of the task.</param>
    /// <param name="width">W of the text tower.</param>
    internal static long Bytes(AttriClipOptions options, int classes, int width)
    {
        const long layers = 12, numbersAPosition = 16, nameTokens = 8; // of CLIP's towers; of a block, times W; with stop and end
        var groups = Math.Min(options.BatchSize, GroupsAtOnce(classes));
        var positions = groups * (1L + options.Picks * options.ContextTokens + classes * nameTokens);
        return positions * width * layers * numbersAPosition * sizeof(float);
    }

    /// <summary>Learns in place.</summary>
    /// <param name="bank">The bank, of parameters.</param>
    /// <param name="alone">The encoder of a prompt by itself.</param>
    internal void Learn(PromptBank bank, IPromptEncoder alone)
    {
        if (task.Classes.Count == 1)
            run.Note($"The task has one class, '{task.Classes.Names[0]}', which cannot be taken for another: only keys and the distance " +
                "between prompts are learned.");
        using var texts = task.Encoder!.TextTower!.Prompts(PromptBank.ClassSequences(task.Classes.PromptNames, options, options.Picks));
        using var optimizer = new Sgd([(Parameter)bank.Keys, (Parameter)bank.Prompts], options.LearningRate);
        var (support, size) = (task.Support, options.BatchSize);
        var steps = options.Epochs * ((support.Count + size - 1) / size);
        var schedule = new CosineSchedule(1 - LastRate, steps);
        var all = Enumerable.Range(0, support.Count).Select(row => (long)row);
        foreach (var (step, (epoch, batch)) in Minibatches.Draw(all, size, options.Seed).Take(steps).Index())
        {
            using var scope = NewDisposeScope();
            var rows = tensor(batch, device: task.Device);
            optimizer.ParamGroups.Single().LearningRate =
                options.LearningRate * batch.Length / ImagesOfRate * (schedule.At(step) + LastRate);
            optimizer.zero_grad();
            var loss = Backward(bank, texts, alone, support.Features[epoch % support.Views].index_select(0, rows),
                support.Labels.index_select(0, rows));
            optimizer.step();
            run.Report(step + 1, steps, loss);
        }
    }

    private static int GroupsAtOnce(int classes) => Math.Max(1, MaxTexts / classes);

    /// <summary>Adds the gradients of the whole loss to the bank's.</summary>
    /// <returns>The loss.</returns>
    private double Backward(PromptBank bank, IPromptEncoder texts, IPromptEncoder alone, Tensor images, Tensor labels)
    {
        var picks = bank.Pick(images, options.Picks);
        var rest = bank.KeyLoss(images, picks).Mul(options.KeyWeight);
        if (options.PromptWeight > 0)
            rest = rest.Add(bank.PromptLoss(alone), options.PromptWeight);
        rest.backward();
        var loss = (double)rest.item<float>();
        if (task.Classes.Count == 1)
            return loss; // its cross entropy is 0
        foreach (var groups in PickGroup.Of(picks).Chunk(GroupsAtOnce(task.Classes.Count)))
        {
            using var scope = NewDisposeScope();
            var features = texts.Encode(bank.Rows(PickGroup.Picked(groups, task.Device))); // w [G, C, D]
            var logits = cat([.. groups.Select((group, g) =>
                ZeroShot.Logits(images.index_select(0, Rows(group)), features[g], task.Classes.LogitScale))]);
            var own = labels.index_select(0, cat([.. groups.Select(Rows)]));
            var share = (double)own.shape[0] / images.shape[0];
            var part = task.CrossEntropy(logits, own).Mul(share);
            part.backward();
            loss += part.item<float>();
        }
        return loss;

        Tensor Rows(PickGroup group) => tensor(group.Images, device: task.Device);
    }
}
