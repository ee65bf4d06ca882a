using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Connections;

/// <summary>The keys that end a client's part in a terminal and leave its program running:
/// <c>ctrl-p,ctrl-q</c>.</summary>
internal sealed class DetachKeys
{
    private const string Usual = "ctrl-p,ctrl-q";
    private readonly byte[] _keys;
    private int _seen;

    private DetachKeys(byte[] keys) => _keys = keys;

    /// <summary>What a terminal sends for them.</summary>
    public ReadOnlySpan<byte> Bytes => _keys;

    /// <summary>Reads keys between commas: one character each, <c>DEL</c>, or <c>ctrl-</c> and one of a-z, @, [, \, ],
    /// ^, _.</summary>
    /// <exception cref="ApiException">It is no such key.</exception>
    public static DetachKeys Read(string text) => new(
        [.. (text.Length == 0 ? Usual : text).Split(',').Select(key => Parse(text, key))]);

    /// <summary>Takes input as it comes.</summary>
    /// <param name="input">What the client sent.</param>
    /// <param name="passed">What is to go on to the program: keys that may begin the sequence are held back.</param>
    /// <returns>Whether the sequence is complete: what follows it is nobody's.</returns>
    public bool Take(ReadOnlySpan<byte> input, List<byte> passed)
    {
        foreach (var key in input)
        {
            if (key == _keys[_seen])
            {
                if (++_seen < _keys.Length) continue;
                _seen = 0;
                return true;
            }

            passed.AddRange(_keys.AsSpan(0, _seen));
            _seen = 0;
            if (key == _keys[0] && _keys.Length > 1) _seen = 1;
            else passed.Add(key);
        }

        return false;
    }

    private static byte Parse(string text, string key) => key switch
    {
        [var one] when one < 128 => (byte)one,
        ['c', 't', 'r', 'l', '-', >= 'a' and <= 'z' and var letter] => (byte)(letter - 'a' + 1),
        "ctrl-@" => 0,
        "ctrl-[" => 27,
        "ctrl-\\" => 28,
        "ctrl-]" => 29,
        "ctrl-^" => 30,
        "ctrl-_" => 31,
        "DEL" => 127,
        _ => throw new ApiException(
            StatusCodes.Status400BadRequest, $"Invalid detach keys ({text}) provided: unknown key '{key}'"),
    };
}
