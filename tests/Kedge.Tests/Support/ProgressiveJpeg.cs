namespace Kedge.Tests.Support;

/// <summary>
/// <see cref="Pictures.Blocks"/> as a progressive JPEG of quality 90, in the ten scans of libjpeg, which SkiaSharp
/// reads but does not write (made by Pillow).
/// </summary>
internal static class ProgressiveJpeg
{
    private const string Encoded = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGB
        YUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAAg
        ADADAREAAhEBAxEB/8QAGAABAAMBAAAAAAAAAAAAAAAAAAYICQf/xAAZAQEBAAMBAAAAAAAAAAAAAAAACAUGCQf/2gAMAwEAAhADEAAAAYDpNQ
        Dq2rc3RXe6/axMo9rcdW1bm6K73X7WLyc4NvGelJ4caWAj02ZgZ6UnhxpYD//EABQQAQAAAAAAAAAAAAAAAAAAAED/2gAIAQEAAQUCR//EABQR
        AQAAAAAAAAAAAAAAAAAAAED/2gAIAQMBAT8BR//EABQRAQAAAAAAAAAAAAAAAAAAAED/2gAIAQIBAT8BR//EABQQAQAAAAAAAAAAAAAAAAAAAE
        D/2gAIAQEABj8CR//EABQQAQAAAAAAAAAAAAAAAAAAAED/2gAIAQEAAT8hR//aAAwDAQACAAMAAAAQ2bJ2bJSkkSkk/8QAFBEBAAAAAAAAAAAA
        AAAAAAAAQP/aAAgBAwEBPxBH/8QAFBEBAAAAAAAAAAAAAAAAAAAAQP/aAAgBAgEBPxBH/8QAFBABAAAAAAAAAAAAAAAAAAAAQP/aAAgBAQABPx
        BH/9k=
        """;

    public static byte[] Bytes => Convert.FromBase64String(Encoded);

    /// <summary>Where each scan's header begins, and where the end of image is.</summary>
    public static int[] ScansAndEnd => [.. Enumerable.Range(0, Bytes.Length - 1)
        .Where(at => Bytes[at] == 0xFF && Bytes[at + 1] is 0xDA or 0xD9)];
}
