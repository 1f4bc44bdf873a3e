using Kedge.Clip;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Tasks;
using Kedge.Tensors;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Experiments;

/// <summary>
/// What methods are compared on, of photos or of files of features. Owns the tensors; a CLIP stays the
/// caller's and must outlive it.
/// </summary>
public sealed class ComparisonTasks : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    private ComparisonTasks() { }

    /// <summary>The draws, in the order given.</summary>
    internal IReadOnlyList<ComparisonTask> Tasks { get; private set; } = [];

    /// <summary>
    /// Encodes photos: each once, however many draws it is in, and only those that are drawn or tested. Methods can
    /// learn through the CLIP's text tower.
    /// </summary>
    /// <param name="clip">The model.</param>
    /// <param name="datasets">The draws of one or several data sets.</param>
    /// <param name="templates">The sentences that class names are put into, at least one; data sets
    /// may have their own.</param>
    /// <param name="parts">What the methods require of a task (<see cref="FewShotMethod.RequiredBy"/>).</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>A task a draw, on the model's device; dispose it.</returns>
    /// <exception cref="KedgeException">Images cannot be read, or a text is too long.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>; features made so far
    /// are in the cache.</exception>
    public static ComparisonTasks Encode(
        ClipModel clip, IReadOnlyList<SupportDraws> datasets, IReadOnlyList<PromptTemplate> templates, TaskParts parts = TaskParts.None,
        EncodingContext? context = null, CancellationToken cancellation = default) =>
        Make(made => [.. datasets.SelectMany(
            dataset => made.Encode(clip, dataset, dataset.Templates ?? templates, parts.Kinds(), context, cancellation))]);

    /// <summary>Reads files of features.</summary>
    /// <param name="paths">Files as <see cref="FeatureTask.Save"/> writes them.</param>
    /// <param name="device">Where the tensors are to be; the CPU by default.</param>
    /// <param name="validation">Which images hyper-parameters may be chosen on: shots are the first min(S, 4) of each
    /// class, as a file has no seed.</param>
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
            throw new KedgeException($"The task {task.Name} has no validation part, on which hyper-parameters are to be chosen: " +
                "write validation.features and validation.labels, or choose on none (--validation none).");
        using var scope = NewDisposeScope();
        var set = part;
        if (validation == ValidationUse.Shots)
        {
            var first = set.First(Math.Min(SupportSampler.MaxValidationShots, task.Task.CountShots().Max()));
            set = new(Own(first.Images), Own(first.Labels));
        }
        using var features = new FingerprintBuilder();
        var fingerprint = FingerprintBuilder.HashJson(new
        {
            draw.Fingerprint,
            Validation = features.Append([set.Features]).Complete(),
            set.Count,
        });
        return draw with { Task = draw.Task.With(set), Fingerprint = fingerprint };
    }

    /// <summary>The draws as a protocol has them; the tensors that this takes are freed with the others.</summary>
    /// <param name="protocol">The protocol. Where it has several data sets, the draws of the first are learned from,
    /// and the others' test images are tested on.</param>
    /// <param name="stream">How classes arrive, where they do; <see langword="null"/> is the defaults.</param>
    /// <exception cref="KedgeException">The data sets do not fit the protocol.</exception>
    internal IReadOnlyList<ComparisonTask> Under(Protocol protocol, StreamOptions? stream = null) =>
        ProtocolTasks.Of(protocol, Tasks, Own, stream);

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

    private IEnumerable<ComparisonTask> Encode(
        ClipModel clip, SupportDraws draws, IReadOnlyList<PromptTemplate> templates, FeatureKinds kinds, EncodingContext? context,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return [.. new TaskEncoder(clip, context)
            .EncodeDraws(draws, templates, kinds, Own, cancellation).Select(encoded => new ComparisonTask(
            draws.Name, encoded.Draw.Shots, encoded.Draw.Seed, clip.Name, clip.FeatureFingerprint,
            encoded.Fingerprint, encoded.Task, encoded.Query))];
    }

    private ImageFeatures Own(ImageFeatures made) => made.Each(Own);

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
