using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Tasks;
using Kedge.Tensors;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Experiments;

/// <summary>What methods are compared on, of photos or of files of features. Owns the tensors; a CLIP stays the caller's and must outlive it.</summary>
public sealed class ComparisonTasks : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    private ComparisonTasks() { }

    /// <summary>The draws, in the order given.</summary>
    public IReadOnlyList<ComparisonTask> Tasks { get; private set; } = [];

    /// <summary>
    /// Encodes photos: each once, however many draws it is in, and only those that are drawn or tested. Methods can learn through the CLIP's text tower.
    /// </summary>
    /// <param name="clip">The model.</param>
    /// <param name="datasets">The draws of one or several data sets.</param>
    /// <param name="templates">The sentences that class names are put into, at least one; data sets may have their own.</param>
    /// <param name="parts">What the methods require of a task (<see cref="FewShotMethod.RequiredBy"/>).</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>A task a draw, on the model's device; dispose it.</returns>
    /// <exception cref="KedgeException">Images cannot be read, or a text is too long.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>; features made so far are in the cache.</exception>
    public static ComparisonTasks Encode(ClipModel clip, IReadOnlyList<SupportDraws> datasets, IReadOnlyList<PromptTemplate> templates, TaskParts parts = TaskParts.None,
        EncodingContext? context = null, CancellationToken cancellation = default) =>
        Make(made => [.. datasets.SelectMany(dataset => made.Encode(clip, dataset, dataset.Templates ?? templates, parts.Kinds(), context, cancellation))]);

    /// <summary>Reads files of features.</summary>
    /// <param name="paths">Files as <see cref="FeatureTask.Save"/> writes them.</param>
    /// <param name="device">Where the tensors are to be; the CPU by default.</param>
    /// <param name="validation">Which images hyper-parameters may be chosen on: shots are the first min(S, 4) of each class, as a file has no seed.</param>
    /// <returns>A task a file; dispose it.</returns>
    /// <exception cref="KedgeException">A file cannot be read, or is not what it should be.</exception>
    public static ComparisonTasks Open(IReadOnlyList<string> paths, Device? device = null, ValidationUse validation = ValidationUse.None)
    {
        LibTorch.Load();
        return Make(made => [.. paths.Select(path => made.Validated(made.Own(FeatureTask.Open(path, device)), validation))]);
    }

    private ComparisonTask Validated(FeatureTask task, ValidationUse validation)
    {
        var draw = ComparisonTask.Of(task);
        if (validation == ValidationUse.None)
            return draw;
        if (task.Validation is not { } part)
            throw new KedgeException($"The task {task.Name} has no validation part, on which hyper-parameters are to be chosen: write validation.features and validation.labels, or choose on none (--validation none).");
        using var scope = NewDisposeScope();
        var set = part;
        if (validation == ValidationUse.Shots)
        {
            var first = set.First(Math.Min(SupportSampler.MaxValidationShots, task.Task.CountShots().Max()));
            set = new(Own(first.Images), Own(first.Labels));
        }
        using var features = new FingerprintBuilder();
        var fingerprint = FingerprintBuilder.HashJson(new { draw.Fingerprint, Validation = features.Append([set.Features]).Complete(), set.Count });
        return draw with { Task = draw.Task.With(set), Fingerprint = fingerprint };
    }

    /// <summary>The draws as a protocol has them; the tensors that this takes are freed with the others.</summary>
    /// <param name="protocol">The protocol. Where it has several data sets, the draws of the first are learned from, and the others' test images are tested on.</param>
    /// <exception cref="KedgeException">The data sets do not fit the protocol.</exception>
    public IReadOnlyList<ComparisonTask> Under(Protocol protocol) => ProtocolTasks.Of(protocol, Tasks, Own);

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
    }

    private static ComparisonTasks Make(Func<ComparisonTasks, IReadOnlyList<ComparisonTask>> fill)
    {
        var made = new ComparisonTasks();
        try
        {
            made.Tasks = fill(made);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private List<ComparisonTask> Encode(
        ClipModel clip, SupportDraws dataset, IReadOnlyList<PromptTemplate> templates, FeatureKinds kinds, EncodingContext? context, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var images = dataset.Draws.SelectMany(draw => draw.Support.Concat(draw.Validation ?? [])).Concat(dataset.Test).Select(image => image.Image).DistinctBy(image => image.Name).ToArray();
        var rows = images.Select((image, row) => (image.Name, Row: (long)row)).ToDictionary(pair => pair.Name, pair => pair.Row);
        var features = PhotoFeatures.Plain(clip, images, kinds, context, cancellation).Each(tensor => tensor.to(clip.Device)); // [all, D]
        var projection = kinds.HasFlag(FeatureKinds.Unprojected) ? Own(clip.Projection) : null;
        var digests = images.ToDictionary(image => image.Name, image => FingerprintBuilder.HashBytes(image.ReadAllBytes()));
        string[] sentences = [.. templates.Select(template => template.Text)];
        var classes = new TaskClasses(dataset.ClassNames, Own(clip.ClassFeatures(dataset.ClassNames, templates)), clip.LogitScale, sentences);
        var query = Pick(dataset.Test) with { Reencode = Reencode };
        var validations = new Dictionary<IReadOnlyList<LabelledImage>, LabelledFeatures>(ReferenceEqualityComparer.Instance);
        return [.. dataset.Draws.Select(Task)];

        ComparisonTask Task(SupportDraw draw)
        {
            var (support, labels) = Pick(draw.Support);
            var names = draw.Support.Select(image => image.Image.Name);
            var photos = new SupportPhotos(clip, [.. draw.Support.Select(image => image.Image)], random: null, (context ?? new()).DecodeThreads);
            var task = new FewShotTask(new(Own(support.Each(tensor => tensor.unsqueeze(0))), labels) { Names = [.. names] }, classes,
                new ClipAccess { TextTower = clip, Projection = projection, Images = photos })
            {
                Validation = Validation(draw.Validation),
            };
            return new(dataset.Name, draw.Shots, draw.Seed, clip.Name, clip.Fingerprint, Identify(draw), task, query);
        }

        LabelledFeatures? Validation(IReadOnlyList<LabelledImage>? picked)
        {
            if (picked is null)
                return null;
            if (!validations.TryGetValue(picked, out var set)) // one for all draws where it is the whole part
                validations[picked] = set = Pick(picked);
            return set;
        }

        Tensor Reencode(WeightUpdates updates, CancellationToken stop)
        {
            using var adapted = clip.With(updates);
            var uncached = new EncodingContext { DecodeThreads = (context ?? new()).DecodeThreads }; // nobody will ask for the features of this very fit again
            return PhotoFeatures.Plain(adapted, [.. dataset.Test.Select(image => image.Image)], FeatureKinds.Image, uncached, stop).Image;
        }

        LabelledFeatures Pick(IReadOnlyList<LabelledImage> picked)
        {
            var places = tensor(picked.Select(image => rows[image.Image.Name]).ToArray(), device: clip.Device);
            return new(Own(features.Each(some => some.index_select(0, places))), Own(PhotoFeatures.Labels(clip, picked)));
        }

        string Identify(SupportDraw draw) => FingerprintBuilder.HashJson(new
        {
            dataset.ClassNames,
            Templates = sentences,
            clip.Preprocessing,
            Support = Contents(draw.Support),
            Test = Contents(draw.Validation is null ? dataset.Test : [.. dataset.Test, .. draw.Validation]),
        });

        IEnumerable<string> Contents(IReadOnlyList<LabelledImage> part) => part.Select(image => $"{image.Label} {digests[image.Image.Name]}");
    }

    private ImageFeatures Own(ImageFeatures made) => made.Each(Own);

    private ImageProjection Own(ImageProjection made) => new(Own(made.Weight), made.Bias is null ? null : Own(made.Bias));

    private FeatureTask Own(FeatureTask made)
    {
        _owned.Add(made);
        return made;
    }

    private Tensor Own(Tensor made)
    {
        _owned.Add(made.DetachFromDisposeScope());
        return made;
    }
}
