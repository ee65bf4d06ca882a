using System.Globalization;
using Swarm.Linux.Files;

namespace Swarm.Api.Http;

/// <summary>Groups of the host, from its file.</summary>
internal static class HostGroups
{
    /// <summary>The number of a group, or null when there is none of that name in <c>/etc/group</c>.</summary>
    public static int? Find(string name) =>
        File.Exists("/etc/group") ? Find(name, File.ReadLines("/etc/group")) : null;

    internal static int? Find(string name, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Split(':') is [var group, _, var number, ..] && group == name
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Gives a file to root and a group.</summary>
    public static void Own(string path, int group) => FileOwner.Set(path, user: 0, group);
}
