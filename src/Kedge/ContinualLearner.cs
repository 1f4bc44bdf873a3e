using System.Text.Json;
using Kedge.Clip;
using Kedge.Data;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Persistence;
using Kedge.Tasks;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge;

/// <summary>
/// Learns classes that arrive over time, with a method that goes on from what it has learned
/// (<see cref="FewShotMethod.Continues"/>): each task's photos are looked at once, and none is kept. Owns nothing.
/// </summary>
/// <param name="clip">The model whose features are learned from; stays the caller's.</param>
/// <param name="context">Cache and progress; null is none.</param>
public sealed class ContinualLearner(ClipModel clip, EncodingContext? context = null)
{
    private readonly EncodingContext _context = context ?? new();

    /// <summary>A classifier without classes, which <see cref="Learn"/> goes on from.</summary>
    /// <param name="method">A method that continues, such as <c>MethodCatalog.Default.Create("attriclip")</c>.</param>
    /// <param name="templates">The sentences that class names are put into; null is "a photo of a {}." alone.</param>
    /// <param name="createdBy">The program that the saved file names as its maker.</param>
    /// <returns>The classifier, which can be saved; dispose it.</returns>
    /// <exception cref="KedgeException">The method learns all its classes at once.</exception>
    public ImageClassifier Begin(
        FewShotMethod method, IReadOnlyList<PromptTemplate>? templates = null, string createdBy = "Kedge")
    {
        Continuation.Require(method);
        var state = new ClassifierState
        {
            Method = method.Name,
            Options = method.Options.ToJson(),
            ClassNames = [],
            Templates = [.. (templates ?? [PromptTemplates.Default]).Select(template => template.Text)],
            SupportNames = [],
            LogitScale = clip.LogitScale,
            FeatureWidth = clip.FeatureWidth,
            Selection = Fitted.NothingSelected,
            Details = JsonSerializer.SerializeToElement(new { }),
            Tensors = new Dictionary<string, Tensor>(),
        };
        var card = CardPreprocessing.Describe(clip, new("", Images: 0), createdBy) with { Tasks = [] };
        return new(clip, new(method.Restore(state), card, prototypes: null));
    }

    /// <summary>Learns a task of new classes from the training part of its photos.</summary>
    /// <param name="learned">What was learned before; stays as it is, and the caller's.</param>
    /// <param name="task">The photos of the new classes alone, one class or several. Where there is a test part, the
    /// accuracy on it is measured and kept with the classifier; nothing is learned from it.</param>
    /// <param name="options">Shots, views and seed; null is all photos, one view. The templates are the
    /// classifier's.</param>
    /// <param name="cancellation">Stops between two images or steps.</param>
    /// <returns>A classifier of all classes, the new ones last; dispose it.</returns>
    /// <exception cref="KedgeException">A class was learned before, a prompt does not fit, or images cannot be
    /// read.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public ImageClassifier Learn(
        ImageClassifier learned, ImageDataset task, TaskOptions? options = null, CancellationToken cancellation = default)
    {
        var before = learned.Card.Tasks ?? throw new KedgeException(
            $"Learning further classes found a classifier of {learned.Classifier.Method} that was fitted on all its classes at once: " +
            "begin one that learns over time (kedge continual init).");
        RequireNew(before, task);
        var state = learned.Classifier.State;
        options = (options ?? new() { Shots = null }) with { Templates = [.. state.Templates.Select(text => new PromptTemplate(text))] };
        var method = MethodCatalog.Default.Create(state.Method, state.Options);
        using var scope = NewDisposeScope();
        var (encoded, leftOut) = Encode(task, method, options, cancellation);
        var images = encoded.Support.Count;
        var card = learned.Card with
        {
            Support = learned.Card.Support with
            {
                Data = string.Join(", ", before.Select(earlier => earlier.Name).Append(task.Name).Distinct()),
                Images = learned.Card.Support.Images + images,
                LeftOut = learned.Card.Support.LeftOut + leftOut,
            },
            Tasks = [.. before, new(task.Name, task.ClassNames, images)],
        };
        var next = new ImageClassifier(clip,
            new(method.Continue(learned.Classifier, encoded, _context.Fitting, cancellation), card, prototypes: null));
        return task.Test.Count == 0 ? next : Measured(next, task, cancellation);
    }

    private (FewShotTask Task, int LeftOut) Encode(
        ImageDataset task, FewShotMethod method, TaskOptions options, CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        return new TaskEncoder(clip, _context).EncodeTask(task, method.Requires.Kinds(), options, cancellation, allowsOne: true);
    }

    private ImageClassifier Measured(ImageClassifier next, ImageDataset task, CancellationToken cancellation)
    {
        try
        {
            var result = next.Evaluate(task.Test, task.ClassNames, _context, cancellation);
            var last = next.Card.Tasks![^1] with { Accuracy = result.Top1, TestImages = result.Count };
            return next.With(next.Card with { Tasks = [.. next.Card.Tasks.SkipLast(1), last] });
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    private static void RequireNew(IReadOnlyList<LearnedTask> before, ImageDataset task)
    {
        foreach (var (place, earlier) in before.Index())
        {
            if (task.ClassNames.FirstOrDefault(earlier.ClassNames.Contains) is { } twice)
                throw new KedgeException($"Learning task {before.Count + 1} ({task.Name}) found the class '{twice}', which task " +
                    $"{place + 1} ({earlier.Name}) has brought: each class is learned once; take it away, or give it another name.");
        }
    }
}
