using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Tests.Runtime;

/// <summary>Held numbers against TorchSharp's own operators and methods: the same type, shape and bits.</summary>
public class TensorArithmeticTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Held, Func<Tensor, Tensor> Own)> Cases = new()
    {
        ["x + 3"] = (x => x.Add(3), x => x + 3),
        ["x + 0.3"] = (x => x.Add(0.3), x => x + 0.3),
        ["x + 0.3f"] = (x => x.Add(0.3f), x => x + 0.3f),
        ["x + x'"] = (x => x.Add(x.t()), x => x + x.t()),
        ["x + 2 x'"] = (x => x.Add(x.t(), 2), x => x.add(x.t(), 2)),
        ["x - 3L"] = (x => x.Sub(3L), x => x - 3L),
        ["x - 0.3"] = (x => x.Sub(0.3), x => x - 0.3),
        ["3 - x"] = (x => x.SubFrom(3), x => 3 - x),
        ["0.3 - x"] = (x => x.SubFrom(0.3), x => 0.3 - x),
        ["x * 3"] = (x => x.Mul(3), x => x * 3),
        ["x * 0.3"] = (x => x.Mul(0.3), x => x * 0.3),
        ["0.3f * x"] = (x => x.Mul(0.3f), x => 0.3f * x),
        ["x / 3"] = (x => x.Div(3), x => x / 3),
        ["x / 0.3"] = (x => x.Div(0.3), x => x / 0.3),
        ["0.3 / x"] = (x => x.reciprocal().Mul(0.3), x => 0.3 / x),
        ["square"] = (x => x.Square(), x => x.square()),
        ["clamp_min"] = (x => x.ClampMin(1), x => x.clamp_min(1)),
        ["index_add"] =
            (x => x.IndexAdd(0, tensor(new long[] { 2, 0 }), x[..2]), x => x.index_add(0, tensor(new long[] { 2, 0 }), x[..2], 1)),
        ["lt"] = (x => x.Lt(1), x => x < 1),
        ["gt"] = (x => x.Gt(0.5), x => x > 0.5),
        ["ge"] = (x => x.Ge(1), x => x >= 1),
        ["arange"] = (_ => TensorFactory.Arange(5), _ => arange(5)),
        ["full"] = (_ => TensorFactory.Full([2, 3], 0.5), _ => full([2, 3], 0.5)),
        ["full of an integer"] = (_ => TensorFactory.Full([2], 5), _ => full([2], 5)),
        ["full of a type"] = (_ => TensorFactory.Full([2], float.NegativeInfinity, ScalarType.Float64),
            _ => full([2], float.NegativeInfinity, ScalarType.Float64)),
    };

    private static readonly Dictionary<string, (Func<Tensor, Tensor> Held, Func<Tensor, Tensor> Own)> CasesInPlace = new()
    {
        ["add_"] = (x => x.Add_(0.3), x => x.add_(0.3)),
        ["add_ with a factor"] = (x => x.Add_(x.t().clone(), 0.3), x => x.add_(x.t().clone(), 0.3)),
        ["sub_"] = (x => x.Sub_(1), x => x.sub_(1)),
        ["mul_"] = (x => x.Mul_(0.3), x => x.mul_(0.3)),
        ["div_"] = (x => x.Div_(0.3), x => x.div_(0.3)),
        ["addcmul_"] = (x => x.Addcmul_(x, x, 0.3), x => x.addcmul_(x, x, 0.3)),
        ["addcdiv_"] = (x => x.Addcdiv_(x, x, 0.3), x => x.addcdiv_(x, x, 0.3)),
        ["clamp_"] = (x => x.Clamp_(0, 0.5), x => x.clamp_(0, 0.5)),
        ["index_add_"] = (x => x.IndexAdd_(0, tensor(new long[] { 2, 0 }), x[..2].clone()),
            x => x.index_add_(0, tensor(new long[] { 2, 0 }), x[..2].clone(), 1)),
    };

    public static TheoryData<string, ScalarType> Names =>
        [.. from name in Cases.Keys from type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.Int64 } select (name, type)];

    public static TheoryData<string> NamesInPlace => [.. CasesInPlace.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_held_number_gives_what_an_implicit_one_gives(string name, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var x = Values().to(type);
        AssertSame(Cases[name].Own(x), Cases[name].Held(x));
    }

    [Theory]
    [MemberData(nameof(NamesInPlace))]
    public void In_place_the_tensor_itself_changes(string name)
    {
        using var scope = NewDisposeScope();
        var x = Values();
        var returned = CasesInPlace[name].Held(x);
        AssertSame(CasesInPlace[name].Own(Values()), x);
        Assert.Equal(x.Handle, returned.Handle);
    }

    private static Tensor Values() => tensor(new float[] { -2, -0.7f, 0, 1, 1.3f, 2, 5, 1e-3f, -1e4f }).reshape(3, 3);

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.contiguous().bytes.ToArray(), actual.contiguous().bytes.ToArray());
    }
}
