using Kedge.Clip.Relevance;
using Kedge.Imaging;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Explanations;

/// <summary>
/// A heat map over the grey photo, a cell a patch, with a scale; each cell tells its share when pointed at.
/// </summary>
internal static class HeatMapFigure
{
    private const int PixelsOnPage = 220; // rendered at twice that, for high-resolution displays
    private const double Opacity = 0.65;

    /// <summary>
    /// Renders the square of a photo that the model sees; of a photo that cannot be read, the map alone.
    /// </summary>
    /// <param name="photo">The photo.</param>
    /// <param name="map">Its patches.</param>
    /// <param name="about">What the map shows, for readers and for screen readers.</param>
    public static Html Render(ImageFile photo, PatchMap map, string about) => Html.Of($"""
        <figure class="heat">
        <svg viewBox="0 0 {map.Columns} {map.Rows}" width="{PixelsOnPage}" height="{PixelsOnPage}" role="img" aria-label="{about}">
        {Photo(photo, map)}{Cells(map)}
        </svg>
        <figcaption>{about}<span class="scale"><small>none</small>{Enumerable.Range(0, 11).Select(Step)}<small>most</small></span></figcaption>
        </figure>
        """);

    private static Html? Photo(ImageFile photo, PatchMap map)
    {
        try
        {
            var square = new Preprocessing { Resolution = 2 * PixelsOnPage }.Crop(photo);
            var source = $"data:image/jpeg;base64,{Convert.ToBase64String(ImageEncoder.Jpeg(square))}";
            return Html.Of($"""<image href="{source}" width="{map.Columns}" height="{map.Rows}" style="filter:grayscale(1)" />""");
        }
        catch (KedgeException)
        {
            return null; // the page is about more than this picture
        }
    }

    private static IEnumerable<Html> Cells(PatchMap map)
    {
        var max = Math.Max(map.Max, double.Epsilon);
        return map.Shares.Select((share, place) => Html.Of($"""
            <rect x="{place % map.Columns}" y="{place / map.Columns}" width="1" height="1" fill="{Cividis.Colour(share / max)}" fill-opacity="{Opacity}"><title>{share:0.0 %}</title></rect>
            """));
    }

    private static Html Step(int tenth) => Html.Of($"""<i style="background:{Cividis.Colour(tenth / 10.0)}"></i>""");
}
