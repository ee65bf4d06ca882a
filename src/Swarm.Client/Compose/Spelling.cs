namespace Swarm.Client.Compose;

/// <summary>How far one word is from another, for suggestions.</summary>
internal static class Spelling
{
    private const int LongestWord = 40;

    /// <summary>Letters to insert, remove or change (Levenshtein); for long words, more than
    /// any suggestion takes.</summary>
    public static int Distance(string left, string right)
    {
        if (left.Length > LongestWord) return LongestWord;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
