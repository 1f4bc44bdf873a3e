using System.Runtime.InteropServices;
using Google.Protobuf;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// Writes the little of ONNX (protobuf, opset 17) that a Vision Transformer needs; field
/// numbers are those of onnx.proto.
/// </summary>
internal sealed class OnnxGraph : IDisposable
{
    private const int TypeFloat = 1, TypeInt8 = 3, TypeInt64 = 7, AttributeFloat = 1, AttributeInt = 2, AttributeInts = 7;
    private readonly MemoryStream _graph = new();
    private int _names;

    public void Dispose() => _graph.Dispose();

    /// <summary>Adds a constant of a tensor's numbers.</summary>
    public string Constant(Tensor tensor)
    {
        using var contiguous = tensor.detach().to(ScalarType.Float32).contiguous();
        return Constant(contiguous.shape, TypeFloat, contiguous.bytes.ToArray());
    }

    /// <summary>Adds a matrix as 8-bit integers, with a scale for each of its columns.</summary>
    /// <param name="matrix">[in, out].</param>
    /// <returns>The names of the integers and of the scales [out].</returns>
    public (string Integers, string Scales) Quantised(Tensor matrix)
    {
        const float most = 127;
        using var scope = NewDisposeScope();
        var scales = matrix.detach().abs().amax([0]) / most; // [out]
        var integers = (matrix.detach() / scales).round().to(ScalarType.Int8).contiguous();
        return (Constant(integers.shape, TypeInt8, integers.bytes.ToArray()), Constant(scales));
    }

    public string Constant(params long[] numbers) =>
        Constant([numbers.Length], TypeInt64, MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The output's name.</returns>
    public string Node(string operation, string[] inputs, string domain = "", params (string Name, object Value)[] attributes) =>
        Nodes(operation, inputs, outputs: 1, domain, attributes)[0];

    public string[] Nodes(
        string operation, string[] inputs, int outputs, string domain = "", params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => $"t{_names++}")];
        Message(_graph, 1, node =>
        {
            foreach (var input in inputs)
                Text(node, 1, input);
            foreach (var name in names)
                Text(node, 2, name);
            Text(node, 4, operation);
            foreach (var (name, value) in attributes)
                Message(node, 5, attribute => Attribute(attribute, name, value));
            Text(node, 7, domain);
        });
        return names;
    }

    /// <summary>Finishes the model.</summary>
    public byte[] Model(string input, long[] inputShape, string output, long[] outputShape)
    {
        Text(_graph, 2, "clip");
        Message(_graph, 11, value => ValueInfo(value, input, inputShape));
        Message(_graph, 12, value => ValueInfo(value, output, outputShape));
        var model = new MemoryStream();
        Number(model, 1, 8);
        Bytes(model, 7, _graph.ToArray());
        foreach (var (domain, version) in new[] { ("", 17L), ("com.microsoft", 1L) })
            Message(model, 8, set => { Text(set, 1, domain); Number(set, 2, version); });
        return model.ToArray();
    }

    private string Constant(long[] shape, int type, byte[] data)
    {
        var name = $"c{_names++}";
        Message(_graph, 5, tensor =>
        {
            foreach (var length in shape)
                Number(tensor, 1, length);
            Number(tensor, 2, type);
            Text(tensor, 8, name);
            Bytes(tensor, 9, data);
        });
        return name;
    }

    private static void Attribute(Stream attribute, string name, object value)
    {
        Text(attribute, 1, name);
        switch (value)
        {
            case float number:
                Write(attribute, output => { output.WriteTag(2, WireFormat.WireType.Fixed32); output.WriteFloat(number); });
                Number(attribute, 20, AttributeFloat);
                break;
            case long number:
                Number(attribute, 3, number);
                Number(attribute, 20, AttributeInt);
                break;
            case long[] numbers:
                foreach (var number in numbers)
                    Number(attribute, 8, number);
                Number(attribute, 20, AttributeInts);
                break;
            default:
                throw new ArgumentException($"There is no attribute of {value.GetType()}.", nameof(value));
        }
    }

    private static void ValueInfo(Stream value, string name, long[] shape)
    {
        Text(value, 1, name);
        Message(value, 2, type => Message(type, 1, tensor =>
        {
            Number(tensor, 1, TypeFloat);
            Message(tensor, 2, dimensions =>
            {
                foreach (var length in shape)
                    Message(dimensions, 1, dimension => Number(dimension, 1, length));
            });
        }));
    }

    private static void Message(Stream stream, int field, Action<Stream> fill)
    {
        var message = new MemoryStream();
        fill(message);
        Bytes(stream, field, message.ToArray());
    }

    private static void Bytes(Stream stream, int field, byte[] bytes) =>
        Write(stream, output =>
            { output.WriteTag(field, WireFormat.WireType.LengthDelimited); output.WriteBytes(UnsafeByteOperations.UnsafeWrap(bytes)); });

    private static void Text(Stream stream, int field, string text) =>
        Write(stream, output => { output.WriteTag(field, WireFormat.WireType.LengthDelimited); output.WriteString(text); });

    private static void Number(Stream stream, int field, long number) =>
        Write(stream, output => { output.WriteTag(field, WireFormat.WireType.Varint); output.WriteInt64(number); });

    private static void Write(Stream stream, Action<CodedOutputStream> write)
    {
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        write(output);
    }
}
