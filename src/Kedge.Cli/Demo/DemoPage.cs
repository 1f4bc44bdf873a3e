using Kedge.Data;
using Kedge.Data.Scenes;
using Kedge.Interpretation;
using Kedge.Persistence;
using Kedge.Reports.Comparisons;
using Kedge.Reports.Explanations;
using Kedge.Reports.Pages;

namespace Kedge.Cli.Demo;

/// <summary>
/// The page of the demo: the task in pictures, the comparison, and what RTOS's anchors have become; one HTML file,
/// without scripts.
/// </summary>
internal static class DemoPage
{
    private const int PictureSide = 64;
    private const int PicturesPerClass = 4;
    private const int Top = 5;

    /// <summary>Writes the page, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="dataset">The task.</param>
    /// <param name="report">What the comparison has come to.</param>
    /// <param name="curves">For the task's name, the curve of accuracy against shots as an <c>svg</c> element.</param>
    /// <param name="card">Where the explained classifier comes from.</param>
    /// <param name="explanations">Some images and why they got their classes.</param>
    /// <param name="readings">What its anchors can be read as.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Write(
        string path, ImageDataset dataset, ComparisonReport report, IReadOnlyDictionary<string, string> curves, ClassifierCard card,
        IReadOnlyList<ImageExplanation> explanations, IReadOnlyList<AnchorReading> readings)
    {
        var introduction = $"The model {card.Model} has been trained on drawings of {SceneWords.Shapes.Count} shapes. " +
            $"These {dataset.ClassNames.Count} were not among them, and nobody ever told it their names. " +
            "From a few drawings of each, the methods below learn to tell them apart.";
        HtmlPage.Write(path, "Kedge learns twelve shapes", [ComparisonPage.Style, ExplanationPage.Style], introduction,
        [
            new(Heading: null, ClassExamples.Of(dataset, PicturesPerClass, PictureSide)),
            new("How often each method is right", ComparisonPage.Body(report, curves)),
            new("Why?", ExplanationPage.Body(card, explanations, readings, Top)),
        ]);
    }
}
