using System.Text;
using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Checkpoints;

public sealed class SafetensorsHostileTests : IDisposable
{
    private const string X = "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

    private readonly TemporaryFolder _scratch = new();

    public static TheoryData<string, string, int, string> Headers => new()
    {
        { "an array", "[]", 0, "its header is a JSON Array where an object is expected" },
        { "no JSON", "{nonsense", 0, "its header is not valid JSON" },
        { "deep nesting", new string('[', 100), 0, "its header is not valid JSON" },
        { "a lone surrogate", "{\"\\ud800\":{}}", 0, "its header is not valid JSON" },
        { "a name twice", $"{{{X},{X}}}", 4, "its header is not valid JSON" },
        { "a field twice", "{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
            4, "its header is not valid JSON" },
        { "metadata that is a list", "{\"__metadata__\":[]}", 0, "'__metadata__' is a JSON Array where an object is expected" },
        { "metadata that is no text", "{\"__metadata__\":{\"a\":1}}", 0, "'__metadata__' holds a Number under 'a' where text is expected" },
        { "a tensor that is a number", "{\"x\":1}", 0, "tensor 'x' is not described by dtype, shape and two data_offsets" },
        { "no shape", "{\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "tensor 'x' is not described by" },
        { "a broken length", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "tensor 'x' is not described by" },
        { "three offsets", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 8, "tensor 'x' is not described by" },
        { "an offset beyond 64 bits", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,18446744073709551616]}}",
            4, "tensor 'x' is not described by" },
        { "an unknown type", "{\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}",
            4, "tensor 'x' has the type 'F8_E4M3' where one of F64," },
        { "a negative offset", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
            4, "tensor 'x' lies at bytes -4 to 0 of 4 bytes of data" },
        { "an end before its begin", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
            4, "tensor 'x' lies at bytes 4 to 0 of 4" },
        { "an end beyond the file", "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            4, "tensor 'x' lies at bytes 0 to 8 of 4" },
        { "too few bytes for the shape", "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
            4, "tensor 'x' of type F32 and shape [2] is given 4 bytes" },
        { "a negative length", "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
            4, "of type F32 and shape [-1] is given 4 bytes" },
        { "a shape that overflows", "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
            0, "is given 0 bytes" },
        { "an empty shape that overflows", "{\"x\":{\"dtype\":\"F32\",\"shape\":[0,4611686018427387904,4],\"data_offsets\":[0,0]}}",
            0, "is given 0 bytes" },
        { "an overlap", $"{{{X},\"y\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}}}", 6, "tensor 'y' overlaps another" },
        { "a hole", $"{{{X},\"y\":{{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[5,6]}}}}",
            6, "bytes 4 to 5 of the data, before tensor 'y', belong to no tensor" },
        { "65 dimensions", $"{{\"x\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', new int[65])}],\"data_offsets\":[0,0]}}}}",
            0, "tensor 'x' has more than 64 dimensions; get the file again" },
        { "a name of 1,025 bytes", $"{{\"{new string('n', 1025)}\":1}}",
            0, "it holds a name of 1,025 bytes where at most 1,024 are allowed; get the file again" },
        { "100,001 tensors", $"{{{string.Join(',', Enumerable.Range(0, 100_001)
            .Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"))}}}",
            0, "it lists more than 100,000 tensors" },
        { "something after it", $"{{{X}}} 1", 4, "its header is not valid JSON" },
        { "bytes left over", $"{{{X}}}", 5, "bytes 4 to 5 of the data, after the last tensor, belong to no tensor" },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_with_a_fault_is_refused(string fault, string header, int dataBytes, string expected)
    {
        var error = Refused(WithHeader(header, dataBytes));
        Assert.True(error.Contains(expected, StringComparison.Ordinal), $"{fault}: {error}");
    }

    [Fact]
    public void An_empty_file_is_refused() => Assert.Contains("it has 0 bytes", Refused([]), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_ends_inside_its_header_is_refused() =>
        Assert.Contains("declares a header of 9 bytes but only 2 follow", Refused([9, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(100_000_001ul)]
    [InlineData(ulong.MaxValue)]
    public void A_huge_header_is_refused_before_memory_is_taken(ulong length) =>
        Assert.Contains("where at most 100,000,000 are allowed", Refused(BitConverter.GetBytes(length)), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var path = _scratch["absent.safetensors"];
        var error = Assert.Throws<KedgeException>(() => SafetensorsFile.Open(path));
        Assert.Equal($"The checkpoint '{path}' cannot be read: there is no such file; check the path.", error.Message);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_refused() => Assert.Throws<KedgeException>(() => SafetensorsFile.Open(_scratch.Path));

    private static byte[] WithHeader(string header, int dataBytes) =>
        [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]];

    private string Refused(byte[] content)
    {
        var path = _scratch.Write("hostile.safetensors", content);
        var message = Assert.Throws<KedgeException>(() => SafetensorsFile.Open(path)).Message;
        Assert.StartsWith($"'{path}' is not a sound safetensors file: ", message, StringComparison.Ordinal);
        return message;
    }
}
