using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>Names of containers: which may be, and one for those that are given none.</summary>
internal static partial class ContainerNames
{
    private static readonly string[] First =
    [
        "amber", "brave", "brisk", "calm", "clever", "crisp", "deft", "eager", "early", "fair", "fleet", "gentle",
        "glad", "golden", "grand", "hardy", "humble", "keen", "kind", "lively", "lucky", "mellow", "merry", "mild",
        "neat", "noble", "patient", "plucky", "polite", "proud", "quick", "quiet", "rapid", "ready", "sage", "silver",
        "smart", "snug", "spry", "steady", "still", "stout", "sunny", "swift", "tidy", "true", "vivid", "warm",
        "wise", "witty",
    ];

    private static readonly string[] Last =
    [
        "ant", "badger", "bee", "beetle", "bittern", "buzzard", "cormorant", "crane", "cricket", "curlew", "dipper",
        "dove", "dunlin", "egret", "falcon", "finch", "firefly", "gannet", "godwit", "grebe", "grouse", "harrier",
        "heron", "hoopoe", "hornet", "ibis", "jackdaw", "kestrel", "lapwing", "lark", "linnet", "magpie", "marten",
        "merlin", "moth", "osprey", "otter", "petrel", "pipit", "plover", "puffin", "raven", "redstart", "rook",
        "starling", "stork", "swallow", "teal", "thrush", "wren",
    ];

    private static bool IsValid(string name) => Pattern().IsMatch(name);

    /// <exception cref="ApiException">It may not be one.</exception>
    /// <exception cref="ContainerException">Another container has it.</exception>
    public static void Require(string name, IEnumerable<ContainerState> containers)
    {
        if (!IsValid(name))
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                $"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }

        if (containers.FirstOrDefault(container => container.Definition.Name == name) is { } holder)
            throw ContainerException.NameTaken(name, holder.Id);
    }

    /// <summary>A name that can be had.</summary>
    public static string Choose(Func<string, bool> tryTake)
    {
        while (true)
        {
            var name = $"{Any(First)}_{Any(Last)}";
            if (tryTake(name)) return name;
            name += RandomNumberGenerator.GetInt32(1000);
            if (tryTake(name)) return name;
        }
    }

    private static string Any(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}\\z")]
    private static partial Regex Pattern();
}
