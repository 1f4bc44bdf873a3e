using System.Security.Cryptography;
using System.Text;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Tests.Tensors;

public class FingerprintBuilderTests
{
    [Fact]
    public void Is_the_hash_of_all_that_was_appended_in_its_order()
    {
        using var values = tensor([1f, -2, 0.5f]);
        using var builder = new FingerprintBuilder();
        var fingerprint = builder.AppendJson(new { Name = "né", Count = 3 }).Append(258L).Append([1, 2]).Append([values, null]).Complete();
        byte[] expected = [.. Encoding.UTF8.GetBytes("""{"Name":"n\u00E9","Count":3}"""),
            2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 128, 63, 0, 0, 0, 192, 0, 0, 0, 63];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(expected)), fingerprint);
    }

    [Fact]
    public void A_text_is_hashed_as_utf_8() =>
        // FIPS 180-2's example
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", FingerprintBuilder.HashText("abc"));
}
