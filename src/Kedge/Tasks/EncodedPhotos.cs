using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Tensors;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>A draw as a task, with its queries.</summary>
/// <param name="Draw">The draw.</param>
/// <param name="Task">What a method learns from.</param>
/// <param name="Query">The images that accuracy is measured on.</param>
/// <param name="Fingerprint">Different for any other support image, query, class name, template
/// or preprocessing.</param>
internal sealed record EncodedDraw(SupportDraw Draw, FewShotTask Task, LabelledFeatures Query, string Fingerprint);

/// <summary>Photos of a data set, encoded once each, of which draws select theirs.</summary>
/// <param name="images">The photos, each name once.</param>
/// <param name="features">Their features, in the same order, on the device of the tasks.</param>
/// <param name="contents">The hexadecimal SHA-256 of each file.</param>
/// <param name="own">Takes over what is selected.</param>
internal sealed class EncodedPhotos(
    IReadOnlyList<ImageFile> images, ImageFeatures features, IReadOnlyList<string> contents, Func<Tensor, Tensor> own)
{
    private readonly Dictionary<string, int> _rows = images.Index().ToDictionary(image => image.Item.Name, image => image.Index);
    private readonly Dictionary<IReadOnlyList<LabelledImage>, LabelledFeatures> _selected = new(ReferenceEqualityComparer.Instance);

    /// <summary>The features and labels of some of the photos; the same for the same list.</summary>
    public LabelledFeatures Select(IReadOnlyList<LabelledImage> some)
    {
        if (_selected.TryGetValue(some, out var known))
            return known;
        var rows = tensor(some.Select(image => (long)_rows[image.Image.Name]).ToArray(), device: features.Image.device);
        return _selected[some] = new(
            features.Each(tensor => own(tensor.index_select(0, rows))), own(Labels(some, features.Image.device)));
    }

    /// <summary>A hash of all that a draw's results depend on beside the model.</summary>
    public string Fingerprint(SupportDraws draws, SupportDraw draw, IReadOnlyList<string> templates, Preprocessing preprocessing) =>
        FingerprintBuilder.HashJson(new
        {
            ClassNames = draws.ClassNames.Concat(Others(draws.Naming)),
            Templates = templates,
            Preprocessing = preprocessing,
            Support = Contents(draw.Support),
            Test = Contents(draw.Validation is null ? draws.Test : [.. draws.Test, .. draw.Validation]),
        });

    /// <summary>The names of prompts, where they are not those of the classes.</summary>
    private static IEnumerable<string> Others(ClassNaming classes) =>
        classes.PromptNames.SequenceEqual(classes.Names) ? [] : classes.PromptNames;

    /// <summary>[N] int64.</summary>
    public static Tensor Labels(IReadOnlyList<LabelledImage> images, Device device) =>
        tensor(images.Select(image => (long)image.Label).ToArray(), device: device);

    private IEnumerable<string> Contents(IReadOnlyList<LabelledImage> part) =>
        part.Select(image => $"{image.Label} {contents[_rows[image.Image.Name]]}");
}
