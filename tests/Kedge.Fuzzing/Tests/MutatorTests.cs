using System.IO.Compression;
using System.Text.Json;
using Kedge.Fuzzing.Corpora;
using Kedge.Fuzzing.Mutators;

namespace Kedge.Fuzzing.Tests;

/// <summary>
/// Mutators change their input, and those that know a format leave enough of it for its parser to read on.
/// </summary>
public class MutatorTests
{
    private const int Tries = 200;

    /// <summary>Every mutator, with a file that it knows.</summary>
    public static TheoryData<string> Mutators => [.. Known.Keys];

    private static Dictionary<string, (Mutator Mutate, byte[] Sound)> Known { get; } = new()
    {
        ["bits"] = (BitFlips.Mutate, ImageFiles.Jpegs[0]),
        ["truncation"] = (Cuts.Truncate, ImageFiles.Jpegs[0]),
        ["removal"] = (Cuts.Remove, ImageFiles.Jpegs[0]),
        ["repetition"] = (Copies.Repeat, ImageFiles.Jpegs[0]),
        ["splice"] = (Copies.Splice, ImageFiles.Jpegs[0]),
        ["binary numbers"] = (BinaryNumbers.Mutate, ImageFiles.Bmps[0]),
        ["decimal numbers"] = (DecimalNumbers.Mutate, Tables.Split[0]),
        ["words"] = (FormatWords.Insert, Tables.Split[0]),
        ["words over"] = (FormatWords.Overwrite, Tables.Split[0]),
        ["json"] = (JsonValues.Mutate, Tables.Split[0]),
        ["safetensors"] = (SafetensorsHeaders.Mutate, Weights.Safetensors[0]),
        ["zip fields"] = (ZipFields.Mutate, Archives.Photos[0]),
        ["zip entries"] = (ZipEntries.Mutate, Archives.Photos[0]),
        ["zip content"] = (ZipEntries.MutateContent, Weights.TorchZips[0]),
        ["pickle"] = (PickleOpcodes.Mutate, Weights.Pickles[0]),
        ["png"] = (PngChunks.Mutate, ImageFiles.Pngs[0]),
        ["jpeg"] = (JpegSegments.Mutate, ImageFiles.Jpegs[0]),
        ["exif"] = (ExifEntries.Mutate, ImageFiles.WithExif[0]),
        ["csv"] = (CsvCells.Mutate, Tables.Csv[0]),
        ["characters"] = (TextCharacters.Mutate, Texts.Captions[0]),
        ["encodings"] = (TextEncodings.Mutate, Texts.Captions[1]),
    };

    [Theory, MemberData(nameof(Mutators))]
    public void A_mutator_changes_its_input_and_never_in_place(string name)
    {
        var (mutate, sound) = Known[name];
        byte[] before = [.. sound];
        var changed = Enumerable.Range(0, Tries).Count(number => !mutate(sound, DrawOf(number, sound)).AsSpan().SequenceEqual(before));
        Assert.Equal(before, sound);
        Assert.InRange(changed, Tries * 3 / 4, Tries); // what is drawn may be what is there
    }

    [Theory, MemberData(nameof(Mutators))]
    public void A_mutator_takes_what_is_not_of_its_format(string name)
    {
        for (var number = 0; number < Tries; number++)
        {
            byte[] other = [.. Enumerable.Range(0, number % 70).Select(i => (byte)(i * number))];
            Known[name].Mutate(other, DrawOf(number, other));
        }
    }

    [Fact]
    public void Most_changes_of_json_leave_json()
    {
        var sound = Tables.Split[0];
        Assert.InRange(Count(JsonValues.Mutate, sound, bytes => JsonDocument.Parse(bytes).Dispose()), Tries / 2, Tries - 1);
    }

    [Fact]
    public void A_changed_header_has_its_length_before_it() => Assert.InRange(Count(SafetensorsHeaders.Mutate, Weights.Safetensors[0],
        bytes =>
        JsonDocument.Parse(bytes.AsMemory(8, BitConverter.ToInt32(bytes))).Dispose()), Tries / 2, Tries);

    [Fact]
    public void Changed_entries_leave_a_zip() => Assert.Equal(Tries,
        Count(ZipEntries.Mutate, Archives.Photos[0], bytes => new ZipArchive(new MemoryStream(bytes)).Dispose()));

    [Fact]
    public void Json_in_a_text_is_changed_as_json()
    {
        var sound = JsonSerializer.SerializeToUtf8Bytes(new { text = """{"deep":[1,2,3]}""" });
        Assert.InRange(Count(JsonValues.Mutate, sound, bytes =>
        {
            using var outer = JsonDocument.Parse(bytes);
            using var inner = JsonDocument.Parse(outer.RootElement.GetProperty("text").GetString()!);
            Assert.NotEqual("[1,2,3]", inner.RootElement.GetProperty("deep").GetRawText());
        }), 1, Tries / 2);
    }

    private static int Count(Mutator mutate, byte[] sound, Action<byte[]> read) => Enumerable.Range(0, Tries).Count(number =>
    {
        try
        {
            read(mutate(sound, DrawOf(number, sound)));
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException
            or Xunit.Sdk.XunitException)
        {
            return false;
        }
    });

    private static Draw DrawOf(int number, byte[] sound) => new(seed: 1, number, [sound], [[1, 2, 3]]);
}
