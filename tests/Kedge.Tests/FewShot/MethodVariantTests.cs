using Kedge.FewShot;
using Kedge.Methods;

namespace Kedge.Tests.FewShot;

public class MethodVariantTests
{
    [Fact]
    public void A_list_has_names_and_options_and_is_called_by_its_texts()
    {
        var methods = MethodVariant.ParseList(
            """zero-shot, rtos[start=noise; steps=0],tip-adapter [alpha=2.5],rtos[anchors=["a, b","c; d]"];steps=0]""",
            MethodCatalog.Default);
        Assert.Equal(["zero-shot", "rtos[start=noise; steps=0]", "tip-adapter [alpha=2.5]", """rtos[anchors=["a, b","c; d]"];steps=0]"""],
            methods.Select(method => method.Text));
        Assert.Equal((AnchorStart.Noise, 0),
            ((RtosOptions)methods[1].Method.Options) is var options ? (options.Start, options.Steps) : default);
        Assert.Equal(2.5, ((TipAdapterOptions)methods[2].Method.Options).Alpha);
        Assert.Equal(["a, b", "c; d]"], ((RtosOptions)methods[3].Method.Options).Anchors);
    }

    [Fact]
    public void All_is_the_catalog_and_a_method_that_comes_twice_counts_once()
    {
        Assert.Equal(MethodCatalog.Default.Names, MethodVariant.ParseList("all", MethodCatalog.Default).Select(method => method.Text));
        Assert.Equal(["rtos[steps=0]", .. MethodCatalog.Default.Names],
            MethodVariant.ParseList("rtos[steps=0],all,zero-shot", MethodCatalog.Default).Select(method => method.Text));
    }

    [Theory]
    [InlineData("rots", "There is no method 'rots': nearest are rtos and ")]
    [InlineData("rtos[stepz=0]", "Reading the options of rtos found {\"stepz\":0}")]
    [InlineData("rtos[steps=-1]", "The option steps is -1: it must be from 0 to 100000.")]
    [InlineData("", "Reading the methods '' found nothing where an item of ',' was to be: ")]
    [InlineData("rtos,,zero-shot", "Reading the methods 'rtos,,zero-shot' found nothing where an item of ',' was to be: ")]
    [InlineData("rtos[]", "Reading the methods 'rtos[]' found nothing where an item of ';' was to be: ")]
    [InlineData("rtos[steps=0", "Reading the methods 'rtos[steps=0' found a [ without its ]: ")]
    [InlineData("rtos]steps=0", "Reading the methods 'rtos]steps=0' found a ] without its [: ")]
    [InlineData("rtos[a=\"b]", "Reading the methods 'rtos[a=\"b]' found a [ without its ]: ")]
    [InlineData("rtos[steps=0]x", "Reading the methods 'rtos[steps=0]x' found a bracket that does not end the method: ")]
    [InlineData("rtos[steps]", "Reading the methods 'rtos[steps]' found 'steps' for an option: ")]
    [InlineData("rtos[start=\"\\ud800\"]", "Reading the options of rtos found ")]
    [InlineData("rtos[start={\"a\":1,\"a\":2}]", "Reading the options of rtos found ")]
    [InlineData("rtos[steps=0;steps=1]", "Reading the methods 'rtos[steps=0;steps=1]' found the option steps twice: ")]
    public void What_is_no_list_of_methods_is_refused(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<KedgeException>(() => MethodVariant.ParseList(text, MethodCatalog.Default)).Message,
            StringComparison.Ordinal);
}
