using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Experiments;

/// <summary>Converts the draws of a few-shot comparison to another protocol.</summary>
internal static class ProtocolTasks
{
    private const int MinClasses = 4; // two on either side

    /// <summary>Converts draws to a protocol.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="draws">
    /// The draws; where a protocol has several data sets, methods are fitted on the first's, and evaluated
    /// on one of each other's too.
    /// </param>
    /// <param name="own">Takes ownership of new tensors.</param>
    /// <param name="stream">How classes arrive under <see cref="Protocol.Continual"/>; <see langword="null"/> is the
    /// defaults.</param>
    /// <exception cref="KedgeException">The data sets do not fit the protocol.</exception>
    internal static IReadOnlyList<ComparisonTask> Of(
        Protocol protocol, IReadOnlyList<ComparisonTask> draws, Func<Tensor, Tensor> own, StreamOptions? stream = null) =>
        protocol switch
        {
            Protocol.BaseToNew => [.. draws.Select(draw => BaseToNew(draw, own))],
            Protocol.CrossDataSet => OnOthers(protocol, draws, CrossDataSet),
            Protocol.DomainShift => OnOthers(protocol, draws, DomainShift),
            Protocol.VocabularyFree => [.. draws.Select(WithoutNames)],
            Protocol.Continual => ContinualTasks.Of(draws, stream ?? new(), own),
            _ => draws,
        };

    private static ComparisonTask BaseToNew(ComparisonTask draw, Func<Tensor, Tensor> own)
    {
        using var scope = NewDisposeScope();
        var (task, count) = (draw.Task, (draw.Task.Classes.Count + 1) / 2);
        if (task.Classes.Count < MinClasses)
            throw new KedgeException($"The protocol base-to-new found {task.Classes.Count} classes in {draw.Name}: " +
                $"it needs at least {MinClasses}, two to learn and two new ones.");
        ClassSet later =
            new([.. task.Classes.Names.Skip(count)], own(task.Classes.Features.narrow(0, count, task.Classes.Count - count).clone()))
            {
                PromptNames = [.. task.Classes.PromptNames.Skip(count)],
                TextTower = task.Encoder?.TextTower,
            };
        var first = own(task.Classes.Features.narrow(0, 0, count).clone());
        return draw with
        {
            Part = "base",
            HasHarmonicMean = true,
            Fingerprint = Identify(Protocol.BaseToNew, draw),
            Task = task.TakeFirstClasses(first, own),
            Query = Some(draw.Query, labels => labels.Lt(count), 0),
            Splits = [new NovelClasses("new", Some(draw.Query, labels => labels.Ge(count), count), later)],
        };

        LabelledFeatures Some(LabelledFeatures images, Func<Tensor, Tensor> which, int from)
        {
            var rows = which(images.Labels).nonzero().squeeze(1);
            if (rows.shape[0] == 0)
                throw new KedgeException($"The protocol base-to-new found no test image of {(from == 0 ? "the first" : "the second")} " +
                    $"half of the classes of {draw.Name}: it needs some of both.");
            long[] places = [.. rows.cpu().data<long>()];
            return new(images.Images.Each(tensor => own(tensor.index_select(0, rows))), own(images.Labels.index_select(0, rows).Sub(from)))
            {
                LeftOut = images.LeftOut, // of which half is unknown
                Reencode = images.Reencode is not { } reencode ? null : (update, stop) =>
                {
                    var all = reencode(update, stop);
                    return all.index_select(0, tensor(places, device: all.device));
                },
            };
        }
    }

    /// <summary>Draws of the first data set, evaluated on the others too.</summary>
    private static List<ComparisonTask> OnOthers(
        Protocol protocol, IReadOnlyList<ComparisonTask> draws, Func<ComparisonTask, ComparisonTask, EvaluationSplit> test)
    {
        ComparisonTask[] sets = [.. draws.DistinctBy(draw => draw.Name)];
        var (source, targets) = (sets[0], sets[1..]);
        var name = protocol == Protocol.CrossDataSet ? "cross-data-set" : "domain-shift";
        if (targets.Length == 0)
            throw new KedgeException($"The protocol {name} found {source.Name} alone: it learns from the first data set and tests on the " +
                "others; give at least two.");
        if (Array.Find(targets, target => target.Model != source.Model || target.Task.FeatureWidth != source.Task.FeatureWidth)
            is { } strange)
            throw new KedgeException($"The protocol {name} found {source.Name} as features of {source.Model} and {strange.Name} as " +
                $"features of {strange.Model}: encode both with one model.");
        var further = targets.Select(target => test(source, target)).ToArray();
        return [.. draws.Where(draw => draw.Name == source.Name).Select(draw =>
            draw with { Part = source.Name, Splits = further, Fingerprint = Identify(protocol, [draw, .. targets]) })];
    }

    private static NovelClasses CrossDataSet(ComparisonTask source, ComparisonTask target) =>
        new(target.Name, target.Query, new(target.Task.Classes.Names, target.Task.Classes.Features)
        {
            PromptNames = target.Task.Classes.PromptNames,
            TextTower = target.Task.Encoder?.TextTower,
        });

    private static DistributionShift DomainShift(ComparisonTask source, ComparisonTask target)
    {
        var places = source.Task.Classes.Names.Index().ToDictionary(known => known.Item, known => known.Index);
        var names = target.Task.Classes.Naming.AsIn(source.Task.Classes.Names);
        string[] strange = [.. names.Where(name => !places.ContainsKey(name))];
        if (strange.Length > 0)
        {
            throw new KedgeException($"The protocol domain-shift found {strange.Length} of the {target.Task.Classes.Count} classes of " +
                $"{target.Name} that {source.Name} does not have " +
                $"({string.Join(", ", strange.Take(5).Select(name => $"'{name}'"))}{(strange.Length > 5 ? ", …" : "")}): " +
                "its data sets must have the same class names, or some of the first's.");
        }
        var (some, all) = (target.Task.Classes.Count, source.Task.Classes.Count);
        return new(some == all ? target.Name : $"{target.Name} ({some} of {all} classes)",
            target.Query, [.. names.Select(name => places[name])], names);
    }

    private static ComparisonTask WithoutNames(ComparisonTask draw) =>
        draw with { Task = draw.Task.WithoutNames(), Fingerprint = Identify(Protocol.VocabularyFree, draw) };

    internal static string Identify(Protocol protocol, params IEnumerable<ComparisonTask> parts) => FingerprintBuilder.HashJson(
        new { Protocol = protocol.ToString(), Parts = parts.Select(part => new { part.Name, part.Fingerprint, part.ModelFingerprint }) });
}
