using Kedge.Data;
using Kedge.Data.Scenes;
using Kedge.Interpretation;
using Kedge.Persistence;
using Kedge.Reports.Comparisons;
using Kedge.Reports.Explanations;
using Kedge.Reports.Pages;

namespace Kedge.Cli.Demo;

/// <summary>
/// The page of the demo: the task in pictures, the comparison, and the learned anchors of RTOS; one HTML file, without
/// scripts.
/// </summary>
internal static class DemoPage
{
    private const int PictureSide = 64;
    private const int PicturesPerClass = 4;
    private const int Top = 5;

    /// <summary>Writes the page, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="dataset">The task.</param>
    /// <param name="report">The results of the comparison.</param>
    /// <param name="curves">For the task's name, the curve of accuracy against shots as an <c>svg</c> element.</param>
    /// <param name="card">The provenance of the explained classifier.</param>
    /// <param name="explanations">Explanations of some images.</param>
    /// <param name="descriptions">The descriptions of its anchors.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Write(
        string path, ImageDataset dataset, ComparisonReport report, IReadOnlyDictionary<string, string> curves, ClassifierCard card,
        IReadOnlyList<ImageExplanation> explanations, IReadOnlyList<AnchorDescription> descriptions)
    {
        var introduction = $"The model {card.Model} has been trained on drawings of {SceneVocabulary.Shapes.Count} shapes. " +
            $"These {dataset.ClassNames.Count} were not among them, and nobody ever told it their names. " +
            "From a few drawings of each, the methods below learn to tell them apart.";
        HtmlPage.Write(path, "Kedge learns twelve shapes", [ComparisonPage.Style, ExplanationPage.Style], introduction,
        [
            new(Heading: null, ClassExamples.Render(dataset, PicturesPerClass, PictureSide)),
            new("How often each method is right", ComparisonPage.Body(report, curves)),
            new("Why?", ExplanationPage.Body(card, explanations, descriptions, Top)),
        ]);
    }
}
