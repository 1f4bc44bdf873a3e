using Kedge.Data;

namespace Kedge.Reports.Pages;

/// <summary>The part of a page that shows some training images of each class of a data set.</summary>
internal static class ClassExamples
{
    /// <summary>A row a class.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="count">Images a class.</param>
    /// <param name="side">Their longer side on the page, in pixels.</param>
    internal static Html Render(ImageDataset dataset, int count, int side)
    {
        var pictures = new PagePictures();
        IEnumerable<Html> Shown(int label) =>
            dataset.Train.Where(image => image.Label == label).Take(count).Select(image => pictures.Render(image.Image, side));

        return Html.Of($"""
            <section>
            <div class="scroll"><table>{dataset.ClassNames.Select((name, label) => Html.Of($"""
                <tr><th>{name}</th><td>{Shown(label)}</td></tr>
                """))}</table></div>
            </section>
            """);
    }
}
