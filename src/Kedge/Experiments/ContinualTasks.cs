using Kedge.Features;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Experiments;

/// <summary>Converts draws to streams of classes: of one data set, or of several one after the other.</summary>
internal static class ContinualTasks
{
    /// <summary>
    /// Streams of the draws. Classes arrive in an order that the draw's seed shuffles, data sets in the order given.
    /// </summary>
    /// <param name="draws">
    /// The draws; where there are several data sets, those of equal shots and seed make a stream.
    /// </param>
    /// <param name="options">How many tasks a data set, and the memory.</param>
    /// <param name="own">Takes ownership of new tensors.</param>
    /// <exception cref="KedgeException">
    /// There are fewer classes than tasks, a class is in two data sets, or the data sets do not go together.
    /// </exception>
    internal static IReadOnlyList<ComparisonTask> Of(
        IReadOnlyList<ComparisonTask> draws, StreamOptions options, Func<Tensor, Tensor> own)
    {
        if (draws.FirstOrDefault(draw => draw.Task.Classes.Count < options.Tasks) is { } small)
            throw new KedgeException($"The protocol continual found {small.Task.Classes.Count} classes in {small.Name}, too few for " +
                $"{options.Tasks} tasks: ask for fewer (--tasks).");
        var streams = draws.GroupBy(draw => (draw.Shots, draw.Seed)).Select(same => same.ToArray()).ToArray();
        var sets = draws.Select(draw => draw.Name).Distinct().Count();
        if (Array.Find(streams, stream => stream.Length != sets) is { } lone)
            throw new KedgeException($"The protocol continual found {lone[0]} without a draw of the same shots and seed of each other " +
                "data set: draw all data sets alike.");
        return [.. streams.Select(stream => Join(stream, options, own))];
    }

    private static ComparisonTask Join(ComparisonTask[] sets, StreamOptions options, Func<Tensor, Tensor> own)
    {
        using var scope = NewDisposeScope();
        RequireOneSpace(sets);
        var firsts = sets.Select((_, place) => sets.Take(place).Sum(set => set.Task.Classes.Count)).ToArray();
        var whole = sets.Length == 1 ? sets[0] : sets[0] with
        {
            Name = string.Join(" then ", sets.Select(set => set.Name)),
            Task = new(
                new(Cat(sets.Select(set => set.Task.Support.Images), 1), Shifted(set => set.Task.Support.Labels)),
                new([.. sets.SelectMany(set => set.Task.Classes.Names)], own(cat([.. sets.Select(set => set.Task.Classes.Features)])),
                    sets[0].Task.Classes.LogitScale, sets[0].Task.Classes.Templates)
                {
                    PromptNames = [.. sets.SelectMany(set => set.Task.Classes.PromptNames)],
                },
                sets[0].Task.Encoder is { } encoder ? encoder with { Images = null } : null),
            Query = new(Cat(sets.Select(set => set.Query.Images), 0), Shifted(set => set.Query.Labels)),
        };
        return whole with
        {
            Part = StreamRows.Last,
            Stream = new(
                [.. sets.Zip(firsts, (set, first) => ClassStream.Shuffle(set.Task.Classes.Count, set.Seed).Select(c => first + c))
                    .SelectMany(order => order)],
                [.. sets.SelectMany(set => ClassStream.Split(set.Task.Classes.Count, options.Tasks))], options.Memory),
            Fingerprint = FingerprintBuilder.HashJson(
                new { Protocol = ProtocolTasks.Identify(Protocol.Continual, sets), options.Tasks, options.Memory }),
        };

        Tensor Shifted(Func<ComparisonTask, Tensor> labels) => own(cat([.. sets.Zip(firsts, (set, first) => labels(set).Add(first))]));

        ImageFeatures Cat(IEnumerable<ImageFeatures> images, int dimension) =>
            new(own(cat([.. images.Select(image => image.Image)], dimension)));
    }

    private static void RequireOneSpace(ComparisonTask[] sets)
    {
        if (Array.Find(sets, set => set.Model != sets[0].Model || set.Task.FeatureWidth != sets[0].Task.FeatureWidth) is { } strange)
            throw new KedgeException($"The protocol continual found {sets[0].Name} as features of {sets[0].Model} and {strange.Name} as " +
                $"features of {strange.Model}: encode both with one model.");
        foreach (var (place, set) in sets.Index())
        {
            if (sets.Take(place).SelectMany(before => before.Task.Classes.Names.Select(name => (before.Name, Class: name)))
                .FirstOrDefault(known => set.Task.Classes.Names.Contains(known.Class)) is { Class: not null } twice)
                throw new KedgeException($"The protocol continual found the class '{twice.Class}' in {twice.Name} and again in " +
                    $"{set.Name}: each class may arrive once; rename or leave out one of them.");
        }
    }
}
