using System.Globalization;

namespace Swarm.Api.Http;

/// <summary>Groups of the host, from its file.</summary>
internal static class HostGroups
{
    /// <summary>The number of a group, or null when there is none of that name in <c>/etc/group</c>.</summary>
    public static uint? Find(string name) =>
        File.Exists("/etc/group") ? Find(name, File.ReadLines("/etc/group")) : null;

    internal static uint? Find(string name, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Split(':') is [var group, _, var number, ..] && group == name
                && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return id;
            }
        }

        return null;
    }
}
