using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Kedge.Tensors;

/// <summary>
/// A pickle virtual machine restricted to data. It implements the opcodes of protocols 2 to 5; names and calls go
/// through <see cref="TorchPickleCalls"/>, which performs those that make tensors and skips the others. Work and memory
/// are bounded: a step makes at most one small object or moves existing ones. Opcodes:
/// https://github.com/python/cpython/blob/main/Lib/pickletools.py.
/// </summary>
internal sealed class PickleReader(byte[] data)
{
    /// <summary>
    /// Limit of steps: far above any model (a large CLIP with its optimizer takes about 10⁵),
    /// and below 0.5 GB of memory.
    /// </summary>
    private const int MaxSteps = 2_000_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _position;

    /// <summary>Runs the pickle and returns the object that it describes.</summary>
    /// <exception cref="FormatException">
    /// It is malformed, or does what no state dict needs; the message says what, as the end of a sentence about "it".
    /// </exception>
    public object? Read()
    {
        for (var step = 0; step < MaxSteps; step++)
        {
            var opcode = Take(1)[0];
            if (opcode == (byte)'.')
                return Pop();
            Step(opcode);
        }
        throw new FormatException($"it takes more than {MaxSteps:N0} steps");
    }

    private void Step(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: ReadProtocol(Take(1)[0]); break;
            case 0x95: Take(8); break; // FRAME: a hint for buffering
            case (byte)'(': _marks.Push(_stack.Count); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopMark(); break;
            case (byte)'2': Push(Peek()); break;

            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)TakeInt32()); break;
            case 0x8a: PushLong(Take(1)[0]); break;
            case 0x8b: PushLong(TakeInt32()); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'X': Push(TakeText(TakeInt32())); break;
            case 0x8c: Push(TakeText(Take(1)[0])); break;
            case (byte)'T': Push(TakeText(TakeInt32())); break;
            case (byte)'U': Push(TakeText(Take(1)[0])); break;
            case 0x8d: Push(TakeText(TakeLength())); break;
            case (byte)'B': SkipBytes(TakeInt32()); break;
            case (byte)'C': SkipBytes(Take(1)[0]); break;
            case 0x8e or 0x96: SkipBytes(TakeLength()); break;

            case (byte)']': Push(new List<object?>()); break;
            case (byte)'a': Append(PopMany(1)); break;
            case (byte)'e': Append(PopMark()); break;
            case (byte)'l': Push(PopMark().ToList()); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(PopMark()); break;
            case 0x85: Push(PopMany(1)); break;
            case 0x86: Push(PopMany(2)); break;
            case 0x87: Push(PopMany(3)); break;
            case (byte)'}': Push(new PickleState()); break;
            case (byte)'s': SetItems(PopMany(2)); break;
            case (byte)'u': SetItems(PopMark()); break;
            case 0x8f: Push(PickleSkipped.Value); break; // an empty set
            case 0x90: PopMark(); break; // its items
            case 0x91: PopMark(); Push(PickleSkipped.Value); break; // a frozen set

            case (byte)'q': Remember(Take(1)[0]); break;
            case (byte)'r': Remember(TakeInt32()); break;
            case 0x94: Remember(_memo.Count); break;
            case (byte)'h': Push(Recall(Take(1)[0])); break;
            case (byte)'j': Push(Recall(TakeInt32())); break;

            case (byte)'c': PushGlobal(TakeLine(), TakeLine()); break;
            case 0x93: { var names = PopMany(2); PushGlobal(names[0] as string, names[1] as string); break; }
            case (byte)'R': { var call = PopMany(2); Push(TorchPickleCalls.Call(call[0], call[1])); break; }
            case 0x81: { var made = PopMany(2); Push(TorchPickleCalls.New(made[0], made[1])); break; }
            case 0x92: { var made = PopMany(3); Push(TorchPickleCalls.New(made[0], made[1])); break; }
            case (byte)'b': { var state = Pop(); TorchPickleCalls.Build(Peek(), state); break; }
            case (byte)'Q': Push(TorchPickleCalls.Storage(Pop())); break;
            default:
                throw new FormatException($"it uses the pickle opcode 0x{opcode:x2} at byte {_position - 1}, which PyTorch does not write");
        }
    }

    private static void ReadProtocol(byte version)
    {
        if (version is < 2 or > 5)
            throw new FormatException($"it is a pickle of protocol {version} where 2 to 5 are known");
    }

    /// <summary>An integer, little-endian; one beyond 64 bits is nothing that tensors need.</summary>
    private void PushLong(int length)
    {
        var bytes = Take(length);
        Push(length <= sizeof(long) ? (long)new BigInteger(bytes) : PickleSkipped.Value);
    }

    private void SkipBytes(int length)
    {
        Take(length);
        Push(PickleSkipped.Value);
    }

    private void PushGlobal(string? module, string? name)
    {
        if (module is null || name is null)
            throw new FormatException("it names something by values that are no text");
        var global = new PickleGlobal(module, name);
        TorchPickleCalls.RequireHarmless(global);
        Push(global);
    }

    private void Append(object?[] items)
    {
        if (Peek() is List<object?> list)
            list.AddRange(items);
        else if (Peek() is not PickleSkipped)
            throw new FormatException("it appends to something that is no list");
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0 || Peek() is not (PickleState or PickleSkipped))
            throw new FormatException("it sets items of something that is no dictionary");
        for (var i = 0; Peek() is PickleState state && i < items.Length; i += 2)
            state.Items.Add(new(items[i], items[i + 1]));
    }

    private void Remember(long key) => _memo[key] = Peek();

    private object? Recall(long key) =>
        _memo.TryGetValue(key, out var value) ? value : throw new FormatException($"it recalls memo {key}, which it never stored");

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack[Top(1)];

    private object? Pop() => PopMany(1)[0];

    private object?[] PopMany(int count) => Cut(Top(count));

    private object?[] PopMark() =>
        _marks.TryPop(out var start) ? Cut(start) : throw new FormatException("it closes a group that it never opened");

    private object?[] Cut(int start)
    {
        object?[] values = [.. _stack[start..]];
        _stack.RemoveRange(start, values.Length);
        return values;
    }

    /// <summary>Index of the first of the topmost values, which must lie above the last mark.</summary>
    private int Top(int count)
    {
        var start = _stack.Count - count;
        return start >= (_marks.TryPeek(out var mark) ? mark : 0) ? start : throw new FormatException("it takes more values than it made");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > data.Length - _position)
            throw new FormatException("it ends in the middle");
        _position += count;
        return data.AsSpan(_position - count, count);
    }

    private int TakeInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>A length in eight bytes; −1 where it is beyond anything.</summary>
    private int TakeLength() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8)) is <= int.MaxValue and var length ? (int)length : -1;

    private string TakeLine()
    {
        var length = data.AsSpan(_position).IndexOf((byte)'\n');
        var line = TakeText(length);
        _position++;
        return line;
    }

    private string TakeText(int bytes)
    {
        try
        {
            return StrictUtf8.GetString(Take(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("it holds text that is not UTF-8");
        }
    }
}
